// Placement: offsets in the arena, so that storages whose lives overlap do not. Largest first, each at the
// lowest offset where it fits.
#include <algorithm>
#include <numeric>

#include <heed/backends/in_place.h>
#include <heed/backends/planner.h>

namespace heed {

namespace {

void add_scratch(Plan& plan, const Program& program) {
  for (std::size_t s = 0; s < plan.steps.size(); ++s) {
    const std::int64_t bytes = program.scratch_bytes(s);
    if (bytes == 0) continue;
    Storage storage;
    storage.bytes = align_up(bytes);
    storage.node = plan.steps[s].node;
    plan.storages.push_back(storage);
    plan.steps[s].scratch = static_cast<int>(plan.storages.size()) - 1;
  }
}

bool overlap(const Storage& a, const Storage& b) {
  return a.first_step <= b.last_step && b.first_step <= a.last_step;
}

}  // namespace

std::int64_t most_alive(const Plan& plan) {
  std::vector<std::int64_t> change(plan.steps.size() + 3);
  for (const Storage& storage : plan.storages) {
    if (storage.kind != Storage::Kind::arena) continue;
    change[static_cast<std::size_t>(storage.first_step + 1)] += storage.bytes;
    change[static_cast<std::size_t>(storage.last_step + 2)] -= storage.bytes;
  }
  std::int64_t alive = 0, most = 0;
  for (const std::int64_t bytes : change) most = std::max(most, alive += bytes);
  return most;
}

void place_storages(Plan& plan, const Program& program) {
  add_scratch(plan, program);
  find_lifetimes(plan);
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < plan.storages.size(); ++i) {
    if (plan.storages[i].kind == Storage::Kind::arena && plan.storages[i].bytes > 0) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return plan.storages[a].bytes > plan.storages[b].bytes;
  });
  std::vector<const Storage*> placed;  // by offset
  for (const std::size_t index : order) {
    Storage& storage = plan.storages[index];
    std::int64_t offset = 0;
    for (const Storage* other : placed) {
      if (!overlap(storage, *other)) continue;
      if (other->offset >= offset + storage.bytes) break;
      offset = std::max(offset, other->offset + other->bytes);
    }
    storage.offset = offset;
    plan.arena_bytes = std::max(plan.arena_bytes, offset + storage.bytes);
    placed.insert(std::upper_bound(placed.begin(), placed.end(), &storage,
                                   [](const Storage* a, const Storage* b) { return a->offset < b->offset; }),
                  &storage);
  }
  plan.live_bytes = most_alive(plan);
}

}  // namespace heed

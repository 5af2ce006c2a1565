// Placement: offsets in the arena, so that storages whose lives overlap do not.
#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include <fmt/format.h>

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
    storage.backend = plan.steps[s].backend;
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

namespace {

// What stays within a backend's arena, from the first step it is alive to the last.
std::vector<Storage*> arena_storages(Plan& plan, int backend) {
  std::vector<Storage*> found;
  for (Storage& storage : plan.storages) {
    if (storage.kind == Storage::Kind::arena && storage.backend == backend && storage.bytes > 0)
      found.push_back(&storage);
  }
  return found;
}

// The lowest offset from `offset` on at which so many bytes do not lie across the end of a block.
std::int64_t within_block(std::int64_t offset, std::int64_t bytes, std::int64_t block) {
  return offset / block == (offset + bytes - 1) / block ? offset : (offset / block + 1) * block;
}

// Largest first, each at the lowest offset where it fits. Compares every two storages. Gives the arena's
// size.
std::int64_t place_largest_first(std::vector<Storage*> storages, std::int64_t block) {
  std::int64_t arena_bytes = 0;
  std::ranges::stable_sort(storages, std::greater{}, &Storage::bytes);
  std::vector<const Storage*> placed;  // by offset
  for (Storage* storage : storages) {
    std::int64_t offset = 0;
    for (const Storage* other : placed) {
      if (!overlap(*storage, *other)) continue;
      if (other->offset >= offset + storage->bytes) break;
      offset = within_block(std::max(offset, other->offset + other->bytes), storage->bytes, block);
    }
    storage->offset = offset;
    arena_bytes = std::max(arena_bytes, offset + storage->bytes);
    placed.insert(std::ranges::upper_bound(placed, offset, {}, &Storage::offset), storage);
  }
  return arena_bytes;
}

// In the order of time, each where it fits best among what is free then. Takes n log n.
class BestFit {
 public:
  void take(Storage& storage) {
    auto block = by_size_.lower_bound({storage.bytes, 0});
    if (block == by_size_.end()) return take_from_end(storage);
    const auto [size, offset] = *block;
    remove(offset, size);
    storage.offset = offset;
    if (size > storage.bytes) add(offset + storage.bytes, size - storage.bytes);
  }

  void give_back(const Storage& storage) {
    std::int64_t offset = storage.offset, size = storage.bytes;
    const auto after = by_offset_.lower_bound(offset);
    if (after != by_offset_.end() && after->first == offset + size) {
      size += after->second;
      remove(after->first, after->second);
    }
    const auto next = by_offset_.lower_bound(offset);
    if (next != by_offset_.begin()) {
      const auto [before, length] = *std::prev(next);
      if (before + length == offset) {
        offset = before;
        size += length;
        remove(before, length);
      }
    }
    add(offset, size);
  }

  std::int64_t end() const { return end_; }

 private:
  void take_from_end(Storage& storage) {
    storage.offset = end_;
    if (!by_offset_.empty()) {
      const auto [offset, size] = *by_offset_.rbegin();
      if (offset + size == end_) {
        storage.offset = offset;
        remove(offset, size);
      }
    }
    end_ = storage.offset + storage.bytes;
  }
  void add(std::int64_t offset, std::int64_t size) {
    by_offset_.emplace(offset, size);
    by_size_.emplace(size, offset);
  }
  void remove(std::int64_t offset, std::int64_t size) {
    by_offset_.erase(offset);
    by_size_.erase({size, offset});
  }

  std::map<std::int64_t, std::int64_t> by_offset_;           // free blocks
  std::set<std::pair<std::int64_t, std::int64_t>> by_size_;  // the same as {size, offset}
  std::int64_t end_ = 0;
};

std::int64_t place_by_time(std::vector<Storage*> storages) {
  std::ranges::stable_sort(storages, [](const Storage* a, const Storage* b) {
    return a->first_step != b->first_step ? a->first_step < b->first_step : a->bytes > b->bytes;
  });
  std::vector<Storage*> ending = storages;
  std::ranges::stable_sort(ending, {}, &Storage::last_step);
  BestFit fit;
  std::size_t ended = 0;
  for (Storage* storage : storages) {
    for (; ending[ended]->last_step < storage->first_step; ++ended) fit.give_back(*ending[ended]);
    fit.take(*storage);
  }
  return fit.end();
}

// Up to so many storages every two are compared.
constexpr std::size_t most_compared = 8192;

std::int64_t place_arena(Plan& plan, int number, const Backend& backend) {
  std::vector<Storage*> storages = arena_storages(plan, number);
  const std::int64_t block = backend.largest_block();
  std::int64_t all = 0;
  for (const Storage* storage : storages) {
    all += storage->bytes;
    if (storage->bytes <= block) continue;
    const Origin& origin = plan.graph->node(storage->node).origins.front();
    throw Error(fmt::format("compile: {} at {} needs {} bytes in one piece; {} has none above {}",
                            plan.graph->node(storage->node).op->name(), describe(origin.where),
                            storage->bytes, backend.name(), block));
  }
  if (storages.size() <= most_compared || all > block) return place_largest_first(std::move(storages), block);
  return place_by_time(std::move(storages));
}

}  // namespace

void place_storages(Plan& plan, const Program& program, const Placement& placement) {
  add_scratch(plan, program);
  find_lifetimes(plan);
  plan.arena_bytes = place_arena(plan, 0, placement.home());
  for (std::size_t i = 0; i < plan.away.size(); ++i) {
    const int number = static_cast<int>(i) + 1;
    plan.away[i].arena_bytes = place_arena(plan, number, placement.backend(number));
  }
  plan.live_bytes = most_alive(plan);
}

}  // namespace heed

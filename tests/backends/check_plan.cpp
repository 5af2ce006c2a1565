#include "check_plan.h"

#include <doctest/doctest.h>

#include <heed/backends/memory.h>

namespace heed::test {

namespace {

class OwnedMemory {
 public:
  explicit OwnedMemory(const Plan& plan) : plan_(plan) {
    add_arena(plan.arena_bytes);
    for (const AwayBackend& away : plan.away) add_arena(away.arena_bytes);
  }

  void take(int storage) {
    each_unit(storage, [&](int& owner) { owner = storage; });
  }
  bool holds(int storage) {
    bool all = true;
    each_unit(storage, [&](int owner) { all &= owner == storage; });
    return all;
  }

 private:
  template <typename Visit>
  void each_unit(int index, Visit visit) {
    const Storage& storage = plan_.storages[static_cast<std::size_t>(index)];
    if (storage.kind != Storage::Kind::arena) return;
    REQUIRE(storage.offset % memory_alignment == 0);
    auto& owners = owners_.at(static_cast<std::size_t>(storage.backend));
    REQUIRE(storage.offset + storage.bytes <= std::ssize(owners) * memory_alignment);
    for (std::int64_t at = storage.offset; at < storage.offset + storage.bytes; at += memory_alignment) {
      visit(owners[static_cast<std::size_t>(at / memory_alignment)]);
    }
  }
  void add_arena(std::int64_t bytes) {
    owners_.emplace_back(static_cast<std::size_t>(bytes / memory_alignment), nothing);
  }

  const Plan& plan_;
  std::vector<std::vector<int>> owners_;  // by backend
};

}  // namespace

void check_plan(const Plan& plan) {
  OwnedMemory memory(plan);
  const auto storage_of = [&](int tensor) { return plan.tensors[static_cast<std::size_t>(tensor)].storage; };
  for (const PlannedFeed& feed : plan.feeds) memory.take(storage_of(feed.tensor));
  if (plan.random_key != nothing) memory.take(storage_of(plan.random_key));
  for (const PlannedFeed& feed : plan.feeds) REQUIRE(memory.holds(storage_of(feed.tensor)));
  for (std::size_t s = 0; s < plan.steps.size(); ++s) {
    const Step& step = plan.steps[s];
    CAPTURE(s);
    for (const int input : step.inputs) REQUIRE(memory.holds(storage_of(input)));
    if (step.scratch != nothing) memory.take(step.scratch);
    for (const int output : step.outputs) {
      if (output != nothing) memory.take(storage_of(output));
    }
    // While the step runs all of these are in use together.
    if (step.scratch != nothing) REQUIRE(memory.holds(step.scratch));
    for (const int input : step.inputs) REQUIRE(memory.holds(storage_of(input)));
    for (const int output : step.outputs) {
      if (output != nothing) REQUIRE(memory.holds(storage_of(output)));
    }
  }
  for (const int fetch : plan.fetches) REQUIRE(memory.holds(storage_of(fetch)));
  std::int64_t arenas = plan.arena_bytes;
  for (const AwayBackend& away : plan.away) arenas += away.arena_bytes;
  REQUIRE(arenas >= plan.live_bytes);
}

}  // namespace heed::test

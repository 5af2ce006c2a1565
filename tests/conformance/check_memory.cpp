// The law of memory: a program writes its steps' results, its working memory and the variables that it
// updates, and no byte beside them.
#include <algorithm>

#include "../backends/random_graph.h"
#include "checks.h"
#include <fmt/format.h>

#include <heed/backends/executable.h>

namespace heed::test {

namespace {

constexpr std::int64_t margin = 4096;  // of the arena, beyond what the plan asks for

std::vector<std::byte> pattern(std::int64_t bytes, std::uint32_t seed) {
  std::vector<std::byte> values(static_cast<std::size_t>(bytes));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<std::byte>((i * 37 + seed) & 0xff);
  return values;
}

// Which bytes of the arena a run may change.
std::vector<bool> writable(const Plan& plan, std::int64_t bytes) {
  std::vector<bool> may(static_cast<std::size_t>(bytes));
  const auto allow = [&](std::int64_t begin, std::int64_t count) {
    std::fill_n(may.begin() + begin, count, true);
  };
  for (const PlannedTensor& tensor : plan.tensors) {
    const Storage& storage = plan.storages[static_cast<std::size_t>(tensor.storage)];
    if (storage.kind != Storage::Kind::arena || !tensor.layout.is_dense()) continue;
    allow(storage.offset + tensor.offset, tensor.layout.type.bytes());
  }
  for (const Step& step : plan.steps) {
    if (step.scratch == nothing) continue;
    const Storage& storage = plan.storages[static_cast<std::size_t>(step.scratch)];
    allow(storage.offset, storage.bytes);
  }
  return may;
}

std::string check_graph(const std::shared_ptr<Backend>& backend, std::uint32_t seed) {
  RandomGraphMaker maker(seed);
  const RandomGraph made = maker.make(10 + seed % 40);
  Variables variables(backend);
  set_variables(made, variables);
  Executable executable = compile(made.fetches, made.updates, variables);
  const std::int64_t bytes = executable.plan().arena_bytes + margin;
  Memory& arena = backend->arena(bytes);
  const std::vector<std::byte> before = pattern(bytes, seed);
  backend->write(arena, 0, before);
  executable.run(feeds_of(made));
  std::vector<std::byte> after(before.size());
  backend->read(arena, 0, after);
  const std::vector<bool> may = writable(executable.plan(), bytes);
  for (std::size_t i = 0; i < after.size(); ++i) {
    if (may[i] || after[i] == before[i]) continue;
    return fmt::format("byte {} of the arena was written, which belongs to no result\n{}", i,
                       to_text(executable.plan()));
  }
  return {};
}

}  // namespace

std::string check_memory(const std::shared_ptr<Backend>& backend, std::uint32_t count) {
  for (std::uint32_t seed = 1; seed <= count; ++seed) {
    const std::string fault = check_graph(backend, seed);
    if (!fault.empty()) return fmt::format("graph {}: {}", seed, fault);
  }
  return {};
}

}  // namespace heed::test

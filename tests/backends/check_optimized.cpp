#include "check_optimized.h"

#include "random_graph.h"
#include <fmt/format.h>

#include <heed/backends/executable.h>
#include <heed/graph/print.h>

namespace heed::test {

std::string difference_when_optimized(std::uint32_t seed, const std::shared_ptr<Backend>& backend) {
  RandomGraphMaker maker(seed);
  const RandomGraph made = maker.make(10 + seed % 40);
  Variables plain_variables(backend), variables(backend);
  set_variables(made, plain_variables);
  set_variables(made, variables);
  Executable plain = compile(made.fetches, made.updates, plain_variables, {.optimize = false});
  Executable quick = compile(made.fetches, made.updates, variables);
  plain.run(feeds_of(made));
  quick.run(feeds_of(made));
  const auto difference = [&](const std::string& what) {
    return fmt::format("{} differs\n{}{}", what, to_text(*made.graph), to_text(quick.plan()));
  };
  for (const Tensor& fetch : made.fetches) {
    if (!(quick.value(fetch) == plain.value(fetch))) return difference(describe(fetch));
  }
  for (const std::string& name : variables.names()) {
    if (!(variables.get(name) == plain_variables.get(name))) return difference("variable " + name);
  }
  return {};
}

}  // namespace heed::test

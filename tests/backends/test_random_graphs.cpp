// Whatever the passes and the planner do to a graph, not one bit of its values changes.
#include "../cpu_backends.h"
#include "check_optimized.h"
#include "check_plan.h"
#include "random_graph.h"
#include "support.h"
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <heed/graph/print.h>
#include <heed/graph/sources.h>

using namespace heed;
using namespace heed::test;

namespace {

// The values of one node alone in a graph, with its inputs fed: nothing there can be fused, merged or reused.
std::vector<Array> run_alone(const Node& node, const std::vector<Array>& operands, Variables& variables) {
  Graph graph;
  Tensors inputs;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    inputs.push_back(graph.input(fmt::format("x{}", i), operands[i].dtype(), operands[i].shape()));
  }
  const Tensors outputs = graph.apply(node.op, inputs);
  std::vector<Executable::FeedRef> feeds;
  for (std::size_t i = 0; i < operands.size(); ++i) feeds.push_back({inputs[i], operands[i]});
  Executable executable = compile(outputs, {}, variables);
  executable.run(feeds);
  std::vector<Array> values;
  for (const Tensor& output : outputs) values.push_back(executable.value(output));
  return values;
}

// The values of all nodes, each computed on its own.
std::vector<std::vector<Array>> run_one_by_one(const RandomGraph& made, Variables& variables) {
  std::vector<std::vector<Array>> values(made.graph->size());
  for (const Feed& feed : made.point) values[feed.input.node()] = {feed.values};
  for (NodeId id = 0; id < made.graph->size(); ++id) {
    const Node& node = made.graph->node(id);
    if (!values[id].empty() || node.outputs.empty()) continue;
    std::vector<Array> operands;
    for (const OutputId input : node.inputs) operands.push_back(values[input.node][input.output]);
    values[id] = run_alone(node, operands, variables);
  }
  return values;
}

void check_graph(std::uint32_t seed, const std::shared_ptr<Backend>& backend) {
  RandomGraphMaker maker(seed);
  const RandomGraph made = maker.make(10 + seed % 40);
  Variables scratch(backend);
  const auto expected = run_one_by_one(made, scratch);

  Variables variables(backend);
  set_variables(made, variables);
  Executable executable = compile(made.fetches, made.updates, variables);
  INFO("seed ", seed, "\n", to_text(*made.graph), to_text(executable.plan()));
  check_plan(executable.plan());
  executable.run(feeds_of(made));
  for (const Tensor& fetch : made.fetches) {
    REQUIRE(executable.value(fetch) == expected[fetch.node()][fetch.output()]);
  }
  for (const Update& update : made.updates) {
    const Node& assign = made.graph->node(update.node);
    const auto& name = static_cast<const Assign&>(*assign.op).variable;
    REQUIRE(variables.get(name) == expected[assign.inputs[1].node][assign.inputs[1].output]);
  }
}

void check_plans(std::uint32_t seed, const std::shared_ptr<Backend>& backend) {
  RandomGraphMaker maker(seed);
  const RandomGraph made = maker.make(10 + seed % 40);
  for (const bool optimize : {false, true}) {
    Variables variables(backend);
    const Executable executable = compile(made.fetches, made.updates, variables, {.optimize = optimize});
    INFO("seed ", seed, "\n", to_text(*made.graph), to_text(executable.plan()));
    check_plan(executable.plan());
  }
}

}  // namespace

TEST_CASE("an optimised random graph gives the bits of one that was not optimised, on every backend") {
  for (const std::string& name : cpu_backends()) {
    CAPTURE(name);
    const auto backend = open_backend(name);
    for (std::uint32_t seed = 1000; seed < 1400; ++seed) {
      check_plans(seed, backend);
      CHECK(difference_when_optimized(seed, backend) == "");
    }
  }
}

TEST_CASE("a compiled random graph gives the same bits as its nodes one by one") {
  const auto backend = open_backend("reference");
  for (std::uint32_t seed = 0; seed < 800; ++seed) check_graph(seed, backend);
}

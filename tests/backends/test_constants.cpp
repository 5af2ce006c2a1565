// Constant folding: what is known while compiling is computed then, by the backend itself.
#include <algorithm>

#include "../cpu_backends.h"
#include "support.h"
#include <doctest/doctest.h>

#include <heed/backends/executable.h>
#include <heed/backends/passes/passes.h>
#include <heed/graph/sources.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/random.h>
#include <heed/ops/reduce.h>
#include <heed/ops/views.h>

using namespace heed;
using namespace heed::test;

namespace {

LoweredGraph folded(std::initializer_list<Tensor> fetches) {
  const LoweredGraph lowered = extract(std::span(fetches.begin(), fetches.size()), {});
  return fold_constants(lowered, evaluate_on(open_backend("reference")));
}

const Node& fetched(const LoweredGraph& lowered, std::size_t index = 0) {
  return lowered.graph->node(lowered.fetches[index].node);
}

const Array& values_of(const Node& node) {
  return *dynamic_cast<const Constant&>(*node.op).values;
}

}  // namespace

TEST_CASE("a chain on constants becomes one constant that keeps its lines") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {3});
  const Tensor c = sum(exp(graph.constant(floats({0, 0, 0}))) * 2.0);
  const LoweredGraph result = folded({x * c});
  const Node& product = fetched(result);
  CHECK(std::ranges::count(live_nodes(result), true) == 3);
  const Node& constant = result.graph->node(product.inputs[1].node);
  CHECK(values_of(constant).number(0) == 6);
  CHECK(constant.origins.size() >= 1);
}

TEST_CASE("inputs, variables and random bits are not known, and views of constants cost nothing") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {2});
  const Tensor v = graph.variable("v", DType::f32, {2}, ones());
  const Tensor bits = random_bits(random_key(graph), 1, {2});
  const Tensor view = broadcast_to(graph.constant(floats({1, 2})), {50, 2});
  const LoweredGraph result = folded({x + 1.0, v + 1.0, bits, view});
  CHECK(fetched(result, 0).op->name() != "constant");
  CHECK(fetched(result, 1).op->name() != "constant");
  CHECK(fetched(result, 2).op->name() == "random_bits");
  CHECK(fetched(result, 3).op->name() == "broadcast");
}

TEST_CASE("a large value of little is left to the run, a small value of much is not") {
  Graph graph;
  const Tensor number = graph.constant(floats({1}));
  const Tensor large = exp(broadcast_to(number, {1000, 100}));
  const LoweredGraph result = folded({large, sum(large)});
  CHECK(fetched(result, 0).op->name() != "constant");
  CHECK(fetched(result, 1).op->name() != "constant");
  CHECK(fetched(folded({iota(graph, {DType::i32, {100}}, 0) * 2.0})).op->name() == "constant");
}

TEST_CASE("a folded graph computes the bits of one that was not") {
  for (const std::string& name : cpu_backends()) {
    CAPTURE(name);
    Graph graph;
    const Tensor x = graph.input("x", DType::f32, {4});
    const Tensor c = tanh(exp(graph.constant(floats({0.1f, -2.5f, 3.3f, 0.7f})) / 3.0)) / 7.0;
    const Tensor y = x * c + sum(c);
    Variables variables(open_backend(name));
    Executable plain = compile({y}, variables, {.optimize = false});
    Executable quick = compile({y}, variables);
    CHECK(quick.plan().steps.size() == 1);
    const Array values = floats({1, 2, 3, 4});
    plain.run({{x, values}});
    quick.run({{x, values}});
    CHECK(plain.value(y) == quick.value(y));
  }
}

// The frame of every pass, and the extraction of what fetches and updates need.
#include "support.h"
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <heed/backends/passes/passes.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/matmul.h>
#include <heed/ops/reduce.h>
#include <heed/ops/topk.h>

using namespace heed;
using namespace heed::test;

namespace {

LoweredGraph extract_only(std::initializer_list<Tensor> fetches, const Updates& updates = {}) {
  return extract(std::span(fetches.begin(), fetches.size()), updates);
}

std::string here(int line) {
  return fmt::format("{}:{}", __FILE__, line);
}

}  // namespace

TEST_CASE("what neither fetches nor updates need is dropped") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {2});
  graph.input("unused", DType::f32, {2});
  const Tensor w = variable(graph, "w", {1, 2});
  const Tensor y = tanh(x);
  exp(y);
  const Update wanted = graph.assign(w, w * y);
  graph.assign(variable(graph, "v", {1, 2}), y);
  const LoweredGraph lowered = extract_only({y}, {wanted});
  CHECK(lowered.graph->size() == 5);  // x, w, tanh, the product, one assign
  CHECK(count_ops(*lowered.graph, "exp") == 0);
  CHECK(lowered.graph->inputs().size() == 1);
  CHECK(lowered.graph->assigns().size() == 1);
  CHECK(lowered.graph->node(lowered.fetches[0].node).op->name() == "tanh");
}

TEST_CASE("the user's graph stays as it was") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {2});
  const Tensor y = tanh(x);
  exp(x);
  const std::size_t before = graph.size();
  extract_only({y});
  CHECK(graph.size() == before);
}

TEST_CASE("a variable that is assigned twice in one run is an error with both lines") {
  Graph graph;
  const Tensor w = variable(graph, "w", {1, 2});
  const int line = __LINE__ + 1;
  const Update first = graph.assign(w, w + 1);
  const Update second = graph.assign(w, w + 2);
  CHECK_NOTHROW(extract_only({}, {first}));
  CHECK_THROWS_WITH_AS(
      extract_only({}, {first, second}),
      ("compile: variable w is assigned twice in one run, at " + here(line) + " and at " + here(line + 1))
          .c_str(),
      Error);
}

TEST_CASE("fetches and updates of two graphs do not go together") {
  Graph graph, other;
  const Tensor x = variable(graph, "x", {1});
  const Tensor y = variable(other, "y", {1});
  CHECK_THROWS_WITH_AS(extract_only({x, y}), "compile: fetches belong to different graphs", Error);
  CHECK_THROWS_WITH_AS(extract_only({x}, {other.assign(y, y)}),
                       "compile: fetches and updates belong to different graphs", Error);
  CHECK_THROWS_WITH_AS(extract_only({}), "compile: nothing to do: no fetches and no updates", Error);
}

TEST_CASE("a rewrite that replaces nothing copies types, names and lines") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {5});
  const Tensor best = graph.name(top_k(x, 2).indices, "best");
  const LoweredGraph from = extract_only({best});
  const LoweredGraph to =
      rewrite(from, [](NodeId, const Node&, std::span<const Tensor>, Graph&) { return Tensors{}; });
  REQUIRE(to.graph->size() == 2);
  const Node& node = to.graph->node(to.fetches[0].node);
  CHECK(to.fetches[0].output == 1);
  CHECK(node.name == "best");
  CHECK(node.origins.front().where.line == graph.node(best.node()).origins.front().where.line);
}

TEST_CASE("a rewrite puts its replacements in the place of the old node") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {2});
  const LoweredGraph to =
      rewrite(extract_only({exp(tanh(x))}),
              [](NodeId, const Node& node, std::span<const Tensor> inputs, Graph&) -> Tensors {
                if (node.op->name() != "tanh") return {};
                return {sin(inputs[0])};
              });
  CHECK(count_ops(*to.graph, "tanh") == 0);
  CHECK(count_ops(*to.graph, "sin") == 1);
  const Node& sine = to.graph->node(1);
  CHECK(sine.op->name() == "sin");
  CHECK(sine.origins.front().where.line == graph.node(1).origins.front().where.line);
}

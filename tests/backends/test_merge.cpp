// Common subexpressions: equal nodes become one.
#include "support.h"
#include <doctest/doctest.h>

#include <heed/backends/passes/passes.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/gather.h>
#include <heed/ops/random.h>
#include <heed/ops/reduce.h>

using namespace heed;
using namespace heed::test;

namespace {

LoweredGraph merged(std::initializer_list<Tensor> fetches) {
  return merge_equal(extract(std::span(fetches.begin(), fetches.size()), {}));
}

const Node& fetched(const LoweredGraph& lowered, std::size_t index = 0) {
  return lowered.graph->node(lowered.fetches[index].node);
}

}  // namespace

TEST_CASE("equal nodes become one that keeps both lines") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {2});
  const Tensor a = tanh(x);
  const Tensor b = tanh(x);
  const LoweredGraph result = merged({a, b});
  CHECK(result.fetches[0] == result.fetches[1]);
  CHECK(fetched(result).origins.size() == 2);
}

TEST_CASE("nodes merge only with the same op, attributes and inputs") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {2, 2});
  const Tensor y = graph.input("y", DType::f32, {2, 2});
  const LoweredGraph result =
      merged({sum(x, {0}), sum(x, {1}), reduce_max(x, {0}), sum(y, {0}), x - y, y - x, x * 2, x * 3});
  for (std::size_t i = 0; i < 8; ++i) {
    for (std::size_t j = 0; j < i; ++j) CHECK(result.fetches[i] != result.fetches[j]);
  }
}

TEST_CASE("constants merge by their values") {
  Graph graph;
  const Tensor a = graph.constant(floats({1, 2, 3, 4, 5}));
  const Tensor b = graph.constant(floats({1, 2, 3, 4, 5}));
  const Tensor c = graph.constant(floats({1, 2, 3, 4, 6}));
  const LoweredGraph result = merged({a, b, c});
  CHECK(result.fetches[0] == result.fetches[1]);
  CHECK(result.fetches[0] != result.fetches[2]);
}

TEST_CASE("two dropouts never merge, one that was written twice does") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {8});
  const Tensor a = dropout(x, 0.5), b = dropout(x, 0.5);
  const Node& node = graph.node(a.node());
  const Tensor inputs[] = {x, random_key(graph)};
  const Tensor again = graph.apply_one(node.op, inputs);
  const LoweredGraph result = merged({a, b, again});
  CHECK(result.fetches[0] != result.fetches[1]);
  CHECK(result.fetches[0] == result.fetches[2]);
}

TEST_CASE("two dropouts stay apart after their expansion, one that was expanded twice becomes one") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {8});
  const Tensor a = dropout(x, 0.5), b = dropout(x, 0.5);
  const Tensor inputs[] = {x, random_key(graph)};
  const Op& op = *graph.node(a.node()).op;
  const LoweredGraph result =
      merged({op.expand(inputs)[0], op.expand(inputs)[0], graph.node(b.node()).op->expand(inputs)[0]});
  CHECK(result.fetches[0] == result.fetches[1]);
  CHECK(result.fetches[0] != result.fetches[2]);
}

// Fusion of elementwise chains: fewer kernels, the same bits.
#include <algorithm>
#include <cmath>

#include "support.h"
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <heed/backends/passes/passes.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/reduce.h>

using namespace heed;
using namespace heed::test;

namespace {

LoweredGraph fused(std::initializer_list<Tensor> fetches) {
  return merge_equal(fuse_elementwise(extract(std::span(fetches.begin(), fetches.size()), {})));
}

int kernels(const LoweredGraph& lowered) {
  int count = 0;
  for (const Node& node : lowered.graph->nodes())
    count += dynamic_cast<const Elementwise*>(node.op.get()) != nullptr;
  return count;
}

const Node& fetched(const LoweredGraph& lowered, std::size_t index = 0) {
  return lowered.graph->node(lowered.fetches[index].node);
}

// The values of `fetch` in a run of its own, and in one in which every one of `all` is fetched, so that
// nothing can fuse.
void check_same_bits(Tensor fetch, Tensors all, const Array& x_values, Tensor x) {
  Variables variables = store();
  Executable alone = compile({fetch}, variables);
  Executable apart = compile(all, {}, variables);
  CHECK(alone.plan().steps.size() < apart.plan().steps.size());
  alone.run({{x, x_values}});
  apart.run({{x, x_values}});
  CHECK(alone.value(fetch) == apart.value(fetch));
}

}  // namespace

TEST_CASE("a chain becomes one node that keeps all lines") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {3});
  const Tensor a = tanh(x);
  const Tensor b = exp(a);
  const Tensor c = b * 2;
  const LoweredGraph result = fused({c});
  CHECK(kernels(result) == 1);
  CHECK(fetched(result).inputs.size() == 1);
  std::vector<unsigned> lines;
  for (const Origin& origin : fetched(result).origins) lines.push_back(origin.where.line);
  std::sort(lines.begin(), lines.end());
  const unsigned first = graph.node(a.node()).origins.front().where.line;
  CHECK(lines == std::vector<unsigned>{first, first + 1, first + 2});
}

TEST_CASE("fused chains give the bits of unfused ones") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {64});
  Tensors all{tanh(x)};
  for (int i = 0; i < 6; ++i) {
    all.push_back(all.back() * 1.1);
    all.push_back(all.back() + x);
    all.push_back(sigmoid(all.back()));
  }
  Floats values(64);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = 0.37f * static_cast<float>(i) - 11.0f;
  check_same_bits(all.back(), all, floats(values), x);
}

TEST_CASE("zeros of both signs in one fused program stay apart") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {1});
  const Tensor a = x * 0.0, b = x * -0.0;
  const Tensor quotient = 1.0 / a - 1.0 / b;  // infinity - -infinity
  Variables variables = store();
  Executable executable = compile({quotient}, variables);
  executable.run({{x, floats({1})}});
  CHECK(executable.value(quotient).number(0) == HUGE_VAL);
}

TEST_CASE("a value that is fetched is not fused away") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {3});
  const Tensor a = tanh(x), b = exp(a);
  const LoweredGraph result = fused({b, a});
  CHECK(kernels(result) == 2);
  CHECK(fetched(result, 1).op->name() == "tanh");
}

TEST_CASE("a value that several ops read is computed once") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {3});
  const Tensor a = tanh(x);
  const Tensor b = exp(a), c = sin(a);
  CHECK(kernels(fused({b, c})) == 3);
}

TEST_CASE("a value that is assigned is not fused away") {
  Graph graph;
  const Tensor w = variable(graph, "w", {1, 2});
  const Tensor next = tanh(w);
  const Update update = graph.assign(w, next);
  const Tensor fetch = exp(next);
  const LoweredGraph result = fuse_elementwise(extract(std::span(&fetch, 1), std::span(&update, 1)));
  CHECK(kernels(result) == 2);
}

TEST_CASE("a value that one op reads twice is fused") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {3});
  const Tensor a = tanh(x);
  const LoweredGraph result = fused({a * a});
  CHECK(kernels(result) == 1);
  CHECK(fetched(result).inputs.size() == 1);
}

TEST_CASE("a small value is not computed again for each place it is broadcast to") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {4, 3});
  const Tensor row = graph.input("row", DType::f32, {3});
  CHECK(kernels(fused({x + tanh(row)})) == 2);
  CHECK(kernels(fused({tanh(x + row)})) == 1);
}

TEST_CASE("elementwise ops do not fuse through others") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {4, 3});
  CHECK(kernels(fused({exp(sum(tanh(x), {0}, true))})) == 2);
}

TEST_CASE("a fused op has a bounded number of instructions and operands") {
  Graph graph;
  Tensor long_chain = graph.input("x", DType::f32, {3});
  for (int i = 0; i < 1000; ++i) long_chain = tanh(long_chain);
  Tensor wide = graph.input("y", DType::f32, {3});
  for (int i = 0; i < 100; ++i) wide = wide + graph.input(fmt::format("z{}", i), DType::f32, {3});
  const LoweredGraph result = fused({long_chain, wide});
  CHECK(kernels(result) < 30);
  for (const Node& node : result.graph->nodes()) {
    const auto* op = dynamic_cast<const Elementwise*>(node.op.get());
    if (!op) continue;
    CHECK(op->program.body.size() <= 192);
    CHECK(op->program.inputs.size() <= 16);
  }
}

TEST_CASE("a fused result keeps its shape when its only full-sized operand drops out") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {4, 3});
  const Tensor row = graph.input("row", DType::f32, {3});
  const Tensor y = select(less(x, x), x, row);
  const LoweredGraph result = fused({y});
  CHECK(fetched(result).outputs[0].shape == Shape{4, 3});
}

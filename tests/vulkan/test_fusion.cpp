// Elementwise ops that are computed before a product of matrices is stored, or as they are reduced: fewer
// steps, the same bits.
#include "../backends/fused_steps.h"
#include <doctest/doctest.h>

#include <heed/backends/executable.h>
#include <heed/backends/passes/passes.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/matmul.h>
#include <heed/ops/reduce.h>
#include <heed/ops/views.h>

using namespace heed;
using heed::test::steps_of;
using heed::test::waves;

namespace {

struct Operands {
  Graph graph;
  Tensor x = graph.input("x", DType::f32, {2, 40, 24}), weight = graph.input("weight", DType::f32, {24, 70});
  Tensor bias = graph.input("bias", DType::f32, {70}), other = graph.input("other", DType::f32, {2, 40, 70});
  Tensor column = graph.input("column", DType::f32, {2, 40, 1});
};

using Build = Tensor (*)(const Operands&);

// As one step, and as the steps that were written.
void check_fused(Build build, std::string_view op = "matmul_elementwise") {
  Operands operands;
  const Tensor result = build(operands);
  Variables variables(open_backend("vulkan"));
  Executable fused = compile({result}, variables);
  Executable apart = compile({result}, variables, {.optimize = false});
  CHECK(steps_of(fused, op) == 1);
  CHECK(steps_of(apart, op) == 0);
  for (Executable* executable : {&fused, &apart}) {
    std::vector<Array> values;
    std::vector<Executable::FeedRef> feeds;
    const Tensor inputs[] = {operands.x, operands.weight, operands.bias, operands.other, operands.column};
    for (const Tensor& input : inputs) values.push_back(waves(input.shape()));
    for (std::size_t i = 0; i < values.size(); ++i) feeds.push_back({inputs[i], values[i]});
    executable->run(feeds);
  }
  CHECK(fused.value(result) == apart.value(result));
}

}  // namespace

TEST_CASE("a bias, an activation and other tensors become part of a product, and change no bit") {
  check_fused([](const Operands& o) { return matmul(o.x, o.weight) + o.bias; });
  check_fused([](const Operands& o) { return tanh(matmul(o.x, o.weight) * o.column + o.bias) - o.other; });
  check_fused([](const Operands& o) { return o.other - matmul(o.x, o.weight) / 3.0; });
  check_fused([](const Operands& o) {
    return select(greater(o.other, 0.0), matmul(o.x, o.weight, {.accumulate = o.other}), 0.0);
  });
}

TEST_CASE("of two products that meet, one takes the other in") {
  check_fused([](const Operands& o) { return matmul(o.x, o.weight) + matmul(o.x * 2.0, o.weight) * o.bias; });
}

TEST_CASE("products that others read too, that change shape, or that a reduction reads stay apart") {
  Operands o;
  const Tensor product = matmul(o.x, o.weight), small = matmul(reshape(o.x, {80, 24}), o.weight);
  Variables variables(open_backend("vulkan"));
  CHECK(steps_of(compile({product, tanh(product)}, variables), "matmul_elementwise") == 0);
  CHECK(steps_of(compile({reshape(small, {2, 40, 70}) + o.other}, variables), "matmul_elementwise") == 0);
  CHECK(steps_of(compile({sum(product, {0})}, variables), "matmul_elementwise") == 0);
}

TEST_CASE("a fused product keeps the lines of both ops") {
  Operands o;
  const Tensor product = matmul(o.x, o.weight);
  const Tensor result = product + o.bias;
  const LoweredGraph lowered =
      fuse_products(extract(std::span(&result, 1), {}), Placement({open_backend("vulkan")}));
  const Node& node = lowered.graph->node(lowered.fetches[0].node);
  CHECK(node.op->name() == "matmul_elementwise");
  REQUIRE(node.origins.size() == 2);
  CHECK(node.origins.begin()[0].where.line == node.origins.begin()[1].where.line + 1);
}

TEST_CASE("what is reduced as it is computed has the bits of what was stored first") {
  const auto reduced = [](Build build) { check_fused(build, "elementwise_reduce"); };
  reduced([](const Operands& o) { return sum(square(o.other)); });
  reduced([](const Operands& o) { return sum(o.bias * o.other, {0, 1}); });
  reduced(
      [](const Operands& o) { return sum(o.column * o.other, {2}); });  // the first operand repeats along it
  reduced([](const Operands& o) { return sum(o.column * o.other - o.bias, {1}); });
  reduced([](const Operands& o) { return reduce_max(absolute(o.other) * o.column, {0, 2}); });
}

// Algebra: what changes nothing disappears; what would change a bit stays.
#include <cmath>
#include <limits>

#include "support.h"
#include <doctest/doctest.h>

#include <heed/backends/passes/passes.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/pad.h>
#include <heed/ops/scalar_simplify.h>
#include <heed/ops/views.h>

using namespace heed;
using namespace heed::test;

namespace {

LoweredGraph simplified(std::initializer_list<Tensor> fetches) {
  return simplify_algebra(extract(std::span(fetches.begin(), fetches.size()), {}));
}

const Node& fetched(const LoweredGraph& lowered, std::size_t index = 0) {
  return lowered.graph->node(lowered.fetches[index].node);
}

const Node& operand_of(const LoweredGraph& lowered, const Node& node) {
  return lowered.graph->node(node.inputs[0].node);
}

bool is_input(const Node& node) {
  return node.op->name() == "input";
}

}  // namespace

TEST_CASE("views that change nothing disappear") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {2, 3});
  const LoweredGraph result =
      simplified({reshape(x, {2, 3}), broadcast_to(x, {2, 3}), slice(x, 0, 0, 2), transpose(x, {0, 1})});
  for (std::size_t i = 0; i < 4; ++i) CHECK(is_input(fetched(result, i)));
}

TEST_CASE("a transpose of a square stays") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {2, 2});
  CHECK(fetched(simplified({transpose(x, {1, 0})})).op->name() == "transpose");
}

TEST_CASE("a view of a view of its kind is one view") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {2, 6});
  const Tensor column = graph.input("column", DType::f32, {2, 1, 1});
  const Tensor cube = graph.input("cube", DType::f32, {2, 3, 4});
  const LoweredGraph result =
      simplified({reshape(reshape(reshape(x, {12}), {3, 4}), {4, 3}),
                  broadcast_to(broadcast_to(column, {2, 3, 1}), {2, 3, 4}),
                  slice(slice(x, 1, 1, 2, 2), 1, 1, 1), transpose(transpose(cube, {2, 0, 1}), {1, 0, 2})});
  for (std::size_t i = 0; i < 4; ++i) CHECK(is_input(operand_of(result, fetched(result, i))));
  const auto& cut = dynamic_cast<const Slice&>(*fetched(result, 2).op);
  CHECK(cut.starts == std::vector<std::int64_t>{0, 3});
  CHECK(cut.steps == std::vector<std::int64_t>{1, 2});
  CHECK(dynamic_cast<const Transpose&>(*fetched(result, 3).op).order == std::vector<std::int64_t>{0, 2, 1});
}

TEST_CASE("two transposes that undo each other disappear") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {2, 3, 4});
  CHECK(is_input(fetched(simplified({transpose(transpose(x, {1, 2, 0}), {2, 0, 1})}))));
}

TEST_CASE("padding by nothing and a concatenation of one disappear") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {2, 3});
  const LoweredGraph result = simplified(
      {pad(x, {PadAxis{}, PadAxis{}}), concatenate(std::span(&x, 1), 1), pad(x, {PadAxis{}, {0, 1}})});
  CHECK(is_input(fetched(result, 0)));
  CHECK(is_input(fetched(result, 1)));
  CHECK(fetched(result, 2).op->name() == "pad");
}

TEST_CASE("arithmetic that keeps every bit disappears, and arithmetic that does not stays") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {2, 3});
  const LoweredGraph gone =
      simplified({x * 1.0, 1.0 * x, x / 1.0, x - 0.0, x + -0.0, maximum(x, x), cast(x, DType::f32)});
  for (std::size_t i = 0; i < 7; ++i) {
    CAPTURE(i);
    CHECK(is_input(fetched(gone, i)));
  }
  const LoweredGraph stays = simplified({x + 0.0, x * 0.0, x - x, x / x, x * -1.0});
  for (std::size_t i = 0; i < 5; ++i) {
    CAPTURE(i);
    CHECK_FALSE(is_input(fetched(stays, i)));
  }
}

TEST_CASE("what undoes itself disappears once it is fused") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {2, 3});
  const Tensor y = -(-x);
  const LoweredGraph fused = fuse_elementwise(extract(std::span(&y, 1), {}));
  CHECK(is_input(fetched(simplify_algebra(fused))));
}

TEST_CASE("an operand that only lends its shape leaves a broadcast behind") {
  Graph graph;
  const Tensor row = graph.input("row", DType::f32, {3});
  const Tensor ones = broadcast_to(graph.constant(floats({1})), {2, 3});
  const Tensor flag = graph.input("flag", DType::boolean, {2, 3});
  const LoweredGraph result = simplified({select(flag, row, row)});
  CHECK(fetched(result).op->name() == "broadcast");
  CHECK(fetched(result).outputs[0].shape == Shape{2, 3});
  CHECK(fetched(simplified({row * ones})).op->name() == "multiply");  // its value is not looked at
}

TEST_CASE("a scalar program keeps its inputs, and gives the same bits after simplification") {
  ScalarBuilder builder;
  const Register x = builder.input(DType::f32);
  const Register unused = builder.input(DType::f32);
  const Register one = builder.constant(DType::f32, 1);
  const Register third = builder.emit(ScalarOp::divide, one, builder.constant(DType::f32, 3));
  const Register scaled = builder.emit(ScalarOp::multiply, builder.emit(ScalarOp::multiply, x, one), third);
  static_cast<void>(unused);
  const ScalarProgram before = builder.finish({scaled});
  const ScalarProgram after = compact(simplified(before)).program;
  REQUIRE(after.body.size() == 2);
  CHECK(after.body[0].immediate == static_cast<double>(1.0f / 3.0f));  // rounded as a float is
  CHECK(after.body[1].op == ScalarOp::multiply);
  CHECK(simplified(before).inputs.size() == 2);
}

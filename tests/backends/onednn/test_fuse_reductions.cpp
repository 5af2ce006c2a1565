// Elementwise ops that are computed as they are reduced: fewer steps, the same bits.
#include <numeric>

#include "../fused_steps.h"
#include <doctest/doctest.h>

#include <heed/backends/executable.h>
#include <heed/backends/passes/passes.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/reduce.h>
#include <heed/ops/views.h>

using namespace heed;
using heed::test::steps_of;
using heed::test::waves;

namespace {

using Build = Tensor (*)(Tensor x, Tensor row, Tensor column);

// Reduces what `build` makes of x [shape], a row of it and a column of it.
void check_fused(const Shape& shape, std::vector<std::int64_t> axes, Build build) {
  CAPTURE(to_string(shape));
  Graph graph;
  const int last = shape.rank() - 1;
  const Shape row_shape{shape[last]}, column_shape = shape.with(last, 1);
  const Tensor x = graph.input("x", DType::f32, shape), row = graph.input("row", DType::f32, row_shape),
               column = graph.input("column", DType::f32, column_shape);
  const Tensor result = sum(build(x, row, column), std::move(axes));
  Variables variables(open_backend("onednn"));
  Executable fused = compile({result}, variables);
  Executable apart = compile({result}, variables, {.optimize = false});
  CHECK(steps_of(fused, "elementwise_reduce") == 1);
  CHECK(fused.plan().steps.size() == 1);
  CHECK(apart.plan().steps.size() > 1);
  for (Executable* executable : {&fused, &apart})
    executable->run({{x, waves(shape)}, {row, waves(row_shape)}, {column, waves(column_shape)}});
  CHECK(fused.value(result) == apart.value(result));
}

}  // namespace

TEST_CASE("a sum of computed values gives the bits of a sum of stored ones") {
  const auto mixed = [](Tensor x, Tensor row, Tensor column) { return tanh(x * row) - column * x; };
  check_fused({300000}, {0}, [](Tensor x, Tensor, Tensor) { return square(x); });
  check_fused({100, 1000}, {1}, mixed);
  check_fused({100, 1000}, {0}, mixed);
  check_fused({2048, 256}, {0}, mixed);
  check_fused({3, 9000}, {1}, mixed);
  check_fused({5, 6, 300}, {0, 1}, mixed);
  check_fused({5, 6, 300}, {1, 2}, mixed);
  check_fused({64, 40, 30}, {1, 2}, mixed);  // a row that is reduced at once crosses rows of the operands
  check_fused({5, 6, 300}, {0, 2}, mixed);
}

TEST_CASE("maxima, other types and transposed operands fuse into reductions") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {200, 150});
  const Tensor largest = reduce_max(absolute(transpose(x, {1, 0})), {1});
  const Tensor chosen = sum(cast(less(x, 0.0), DType::i32), {1});
  Variables variables(open_backend("onednn"));
  Executable fused = compile({largest, chosen}, variables);
  Executable apart = compile({largest, chosen}, variables, {.optimize = false});
  CHECK(steps_of(fused, "elementwise_reduce") == 2);
  fused.run({{x, waves(x.shape())}});
  apart.run({{x, waves(x.shape())}});
  CHECK(fused.value(largest) == apart.value(largest));
  CHECK(fused.value(chosen) == apart.value(chosen));
}

TEST_CASE("values that others read too are not fused into a reduction") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {2, 500});
  const Tensor y = tanh(x), total = sum(y, {1});
  Variables variables(open_backend("onednn"));
  CHECK(steps_of(compile({total, y}, variables), "elementwise_reduce") == 0);
  CHECK(steps_of(compile({total, sum(y, {0})}, variables), "elementwise_reduce") == 0);
}

TEST_CASE("where rows are short, or the backend has no kernel for both, nothing fuses into a reduction") {
  Graph graph;
  const Tensor narrow = sum(tanh(graph.input("x", DType::f32, {500, 2})), {1});
  Variables variables(open_backend("onednn"));
  CHECK(steps_of(compile({narrow}, variables), "sum") == 1);
  const Tensor wide = sum(tanh(graph.input("y", DType::f32, {2, 500})), {1});
  Variables plain(open_backend("reference"));
  CHECK(steps_of(compile({wide}, plain), "sum") == 1);
}

TEST_CASE("a fused reduction keeps the lines of both ops") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {2, 500});
  const Tensor y = tanh(x);
  const Tensor total = sum(y);
  const LoweredGraph lowered =
      fuse_reductions(extract(std::span(&total, 1), {}), Placement({open_backend("onednn")}));
  const Node& node = lowered.graph->node(lowered.fetches[0].node);
  CHECK(node.op->name() == "elementwise_reduce");
  REQUIRE(node.origins.size() == 2);
  CHECK(node.origins.begin()[0].where.line == node.origins.begin()[1].where.line + 1);
}

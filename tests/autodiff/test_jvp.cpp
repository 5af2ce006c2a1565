// Derivatives along a direction.
#include <cmath>

#include "support.h"
#include "user_ops.h"
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <heed/autodiff/gradients.h>
#include <heed/autodiff/jvp.h>
#include <heed/ops/attention.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/gather.h>
#include <heed/ops/layer_norm.h>
#include <heed/ops/matmul.h>
#include <heed/ops/reduce.h>
#include <heed/ops/softmax.h>
#include <heed/ops/views.h>

using namespace heed;
using namespace heed::test;

namespace {

// The derivative of `output` along `tangent` at x, by central differences: x is read as a variable.
Doubles difference(const Tensor& output, const Tensor& x, const Tensor& tangent) {
  const Evaluate run = evaluate();
  const Array at = run(std::span(&x, 1), {}).front();
  const Array direction = run(std::span(&tangent, 1), {}).front();
  const auto moved = [&](double step) {
    Array there = at;
    for (std::int64_t i = 0; i < at.elements(); ++i)
      there.set_number(i, at.number(i) + step * direction.number(i));
    const Feed feed{x, there};
    return run(std::span(&output, 1), std::span(&feed, 1)).front();
  };
  const double step = 1e-5;
  const Array above = moved(step), below = moved(-step);
  Doubles slopes;
  for (std::int64_t i = 0; i < above.elements(); ++i)
    slopes.push_back((above.number(i) - below.number(i)) / (2 * step));
  return slopes;
}

void check_along(const Tensor& output, const Tensor& x) {
  Array direction(DType::f64, x.shape());
  for (std::int64_t i = 0; i < direction.elements(); ++i)
    direction.set_number(i, std::cos(1.3 * static_cast<double>(i) + 0.4));
  const Tensor tangent = x.graph().constant(direction);
  const Tensor along = jvp(std::span(&output, 1), std::span(&x, 1), std::span(&tangent, 1)).front();
  CHECK(along.shape() == output.shape());
  const Doubles got = value(along);
  const Doubles expected = difference(output, x, tangent);
  REQUIRE(got.size() == expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) CHECK(std::abs(got[i] - expected[i]) < 1e-8);
}

Tensor matrix(Graph& graph, const std::string& name, const Shape& shape) {
  return graph.variable(name, DType::f64, shape, normal_with(0, 1));
}

}  // namespace

TEST_CASE("jvp agrees with differences along the direction") {
  Graph graph;
  const Tensor x = matrix(graph, "x", {3, 4});
  SUBCASE("elementwise, with several outputs of one input") {
    check_along(tanh(x) * exp(x) + 2.0, x);
  }
  SUBCASE("a product") {
    check_along(matmul(x, matrix(graph, "w", {4, 2})), x);
  }
  SUBCASE("a product with itself") {
    check_along(matmul(x, x, {.transpose_b = true}), x);
  }
  SUBCASE("softmax") {
    check_along(softmax(x), x);
  }
  SUBCASE("layer normalisation") {
    check_along(layer_norm(x, matrix(graph, "gain", {4}), matrix(graph, "bias", {4})), x);
  }
  SUBCASE("rows that are gathered twice") {
    const Tensor rows = graph.constant(Array(Shape{3}, std::vector<std::int32_t>{2, 0, 2}));
    check_along(square(gather_rows(x, rows)), x);
  }
  SUBCASE("attention") {
    const Tensor q = reshape(x, {1, 3, 2, 2});
    check_along(attention(q, square(q), q, {.scale = 0.7, .causal = true}).result, x);
  }
  SUBCASE("a scalar") {
    check_along(sum(square(x)), x);
  }
  SUBCASE("a composite without a rule of its own") {
    check_along(apply<SelfGated>({x}).front(), x);
  }
}

TEST_CASE("jvp of several inputs adds up what each contributes") {
  Graph graph;
  const Tensor x = variable(graph, "x", {1, 2}), y = variable(graph, "y", {3, 5});
  const Tensor outputs[] = {x * y, x + y, x * x};
  const Tensor wrt[] = {x, y};
  const Tensor tangents[] = {graph.constant(doubles({1, 10})), graph.constant(doubles({100, 1000}))};
  const Tensors along = jvp(outputs, wrt, tangents);
  CHECK(value(along[0]) == Doubles{3 + 100, 50 + 2000});
  CHECK(value(along[1]) == Doubles{101, 1010});
  CHECK(value(along[2]) == Doubles{2, 40});
}

TEST_CASE("jvp of what does not depend on the inputs is zero") {
  Graph graph;
  const Tensor x = variable(graph, "x", {1, 2}), y = variable(graph, "y", {3});
  const Tensor tangent = graph.constant(doubles({1, 1}));
  CHECK(value(jvp(std::span(&y, 1), std::span(&x, 1), std::span(&tangent, 1)).front()) == Doubles{0});
}

TEST_CASE("a derivative along a direction can be differentiated") {
  Graph graph;
  const Tensor x = variable(graph, "x", {1, 2});
  const Tensor cube = x * x * x;
  const Tensor tangent = graph.constant(doubles({1, 1}));
  const Tensor along = jvp(std::span(&cube, 1), std::span(&x, 1), std::span(&tangent, 1)).front();
  CHECK(value(gradients(sum(along), std::span(&x, 1)).front()) == Doubles{6, 12});
}

TEST_CASE("a tangent that is not like its tensor is an error") {
  Graph graph;
  const Tensor x = variable(graph, "x", {1, 2});
  const Tensor tangent = graph.input("t", DType::f64, {3});
  const std::span<const Tensor> from(&x, 1), along(&tangent, 1);
  const int line = __LINE__ + 1;
  const std::string message = message_of([&] { jvp(from, from, along); });
  CHECK(message == fmt::format("jvp: a tangent must be floating-point and like its tensor\n"
                               "  tensor   x f64[2]\n  tangent  t f64[3]\n  at {}:{}",
                               __FILE__, line));
}

TEST_CASE("jvp through an op without a gradient is an error that names it") {
  Graph graph;
  const Tensor x = variable(graph, "x", {1, 2});
  const int line = __LINE__ + 1;
  const Tensor y = apply<Mystery>({x}).front();
  const std::string message = message_of([&] { jvp(std::span(&y, 1), std::span(&x, 1), std::span(&x, 1)); });
  CHECK(message ==
        fmt::format("gradients: mystery has no gradient, and the loss depends on its inputs\n  at {}:{}",
                    __FILE__, line));
}

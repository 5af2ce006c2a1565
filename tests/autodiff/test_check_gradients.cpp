#include "support.h"
#include "user_ops.h"
#include <doctest/doctest.h>

#include <heed/autodiff/check_gradients.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/matmul.h>
#include <heed/ops/random.h>
#include <heed/ops/reduce.h>

using namespace heed;
using namespace heed::test;

namespace {

Tensor wrong_square(Tensor x, std::int64_t first_wrong) {
  return x.graph().apply_one(std::make_shared<WrongSquare>(first_wrong), std::span(&x, 1));
}

}  // namespace

TEST_CASE("the checker finds nothing wrong with right gradients") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f64, {2, 3});
  const Tensor w = graph.variable("w", DType::f64, {3, 2}, normal_with(0, 1));
  const Tensor loss = sum(tanh(matmul(x, w)));
  const Feed point{x, Array(Shape{2, 3}, Doubles{1, -2, 0.5, 0.25, 3, -1})};
  const Tensor wrt[] = {x, w};
  const GradientCheck check = check_gradients(evaluate(), loss, wrt, std::span(&point, 1));
  CHECK(check.worst < 1e-8);
}

TEST_CASE("the checker names the worst element of a wrong gradient") {
  Graph graph;
  const auto scope = graph.scope("model");
  const Tensor right = variable(graph, "right", {1, 2});
  const Tensor wrong = variable(graph, "wrong", {1, 2, 0.1, 3});
  const Tensor loss = sum(square(right)) + sum(wrong_square(wrong, 2));
  const Tensor wrt[] = {right, wrong};
  const GradientCheck check = check_gradients(evaluate(), loss, wrt, {});
  CHECK(check.tensor == "model/wrong f64[4]");
  CHECK(check.element == 3);
  CHECK(check.analytic == doctest::Approx(9));
  CHECK(check.numeric == doctest::Approx(6));
  CHECK(check.worst == doctest::Approx(3.0 / 9));
  CHECK(to_string(check).find("model/wrong f64[4] at [3]: gradient ") == 0);
}

TEST_CASE("a gradient that is not a number is the worst there is") {
  Graph graph;
  const Tensor x = variable(graph, "x", {0, 1});
  const Tensor loss = sum(sqrt(x * x));  // at 0 its gradient is 0 / 0
  const GradientCheck check = check_gradients(evaluate(), loss, std::span(&x, 1), {});
  CHECK(check.element == 0);
  CHECK(check.worst > 1e300);
}

TEST_CASE("of a large tensor an evenly spread choice is checked") {
  Graph graph;
  const Tensor x = graph.variable("x", DType::f64, {100}, ones());
  int runs = 0;
  const Evaluate counted = [&, inner = evaluate()](std::span<const Tensor> fetches,
                                                   std::span<const Feed> feeds) {
    ++runs;
    return inner(fetches, feeds);
  };
  const GradientCheck check =
      check_gradients(counted, sum(square(x)), std::span(&x, 1), {}, {.most_elements = 10});
  CHECK(check.worst < 1e-8);
  CHECK(runs == 2 + 2 * 10);
}

TEST_CASE("values given for the point are where gradients are checked") {
  Graph graph;
  const Tensor x = variable(graph, "x", {1});
  const Feed point{x, doubles({5})};
  const GradientCheck check =
      check_gradients(evaluate(), sum(wrong_square(x, 0)), std::span(&x, 1), std::span(&point, 1));
  CHECK(check.analytic == doctest::Approx(15));
  CHECK(check.numeric == doctest::Approx(10));
}

TEST_CASE("a whole model is checked without naming its variables") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f64, {2, 3});
  const Tensor w = graph.variable("first/w", DType::f64, {3, 4}, normal_with(0, 1));
  const Tensor v = graph.variable("second/v", DType::f64, {4}, normal_with(0, 1));
  const Tensor calls = graph.variable("calls", DType::i32, {}, zeros());  // not floating-point: left out
  const Feed point{x, Array(Shape{2, 3}, Doubles{1, -2, 0.5, 0.25, 3, -1})};
  const Tensor hidden = dropout(tanh(matmul(x, w)), 0.3) * cast(calls + 1.0, DType::f64);
  const GradientCheck right = check_gradients(evaluate(), sum(hidden * v), std::span(&point, 1));
  CHECK(right.worst < 1e-8);
  CHECK(right.tensor != "");
  // Only w's rows behind the first five elements are wrong, and the worst of them is named by row and column.
  const Tensor loss = sum(tanh(matmul(x, wrong_square(w, 5)))) + sum(square(v));
  const GradientCheck wrong = check_gradients(evaluate(), loss, std::span(&point, 1));
  CHECK(wrong.worst > 1e-3);
  CHECK(wrong.tensor == "first/w f64[3, 4]");
  REQUIRE(wrong.index.size() == 2);
  CHECK(wrong.index[0] * 4 + wrong.index[1] == wrong.element);
  CHECK(wrong.element >= 5);
  CHECK(to_string(wrong).find(" at [" + std::to_string(wrong.index[0]) + ", ") != std::string::npos);
}

TEST_CASE("of a whole model a choice of elements can be checked") {
  Graph graph;
  const Tensor w = graph.variable("w", DType::f64, {10, 10}, normal_with(0, 1));
  // Wrong from element 91 on; a choice of ten elements, every tenth, passes those by.
  const Tensor loss = sum(wrong_square(w, 91));
  CHECK(check_gradients(evaluate(), loss).worst > 0.1);
  CHECK(check_gradients(evaluate(), loss, {}, {.most_elements = 10}).worst < 1e-7);
}

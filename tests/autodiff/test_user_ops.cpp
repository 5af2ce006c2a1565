// Gradients of ops that heed has never seen.
#include "support.h"
#include "user_ops.h"
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <heed/autodiff/check_gradients.h>
#include <heed/autodiff/gradients.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/reduce.h>

using namespace heed;
using namespace heed::test;

namespace {

Tensor gradient(Tensor loss, Tensor x) {
  return gradients(loss, std::span(&x, 1)).front();
}

void check_close(const Doubles& a, const Doubles& b) {
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) CHECK(a[i] == doctest::Approx(b[i]).epsilon(1e-12));
}

}  // namespace

TEST_CASE("a composite without a rule is differentiated through its expansion") {
  Graph graph;
  const Tensor x = variable(graph, "x", {0.5, -0.25});
  const Tensor y = variable(graph, "y", {0.75, 1.5});
  const Tensor wrt[] = {x, y};
  const Tensors slopes = gradients(sum(apply<Gated>({x, y}).front()), wrt);
  const Tensors direct = gradients(sum(x * tanh(y)), wrt);
  CHECK(value(slopes[0]) == value(direct[0]));
  CHECK(value(slopes[1]) == value(direct[1]));
}

TEST_CASE("a composite given one tensor twice counts each use once") {
  Graph graph;
  const Tensor x = variable(graph, "x", {0.5, -0.25});
  const Tensor slope = gradient(sum(apply<Gated>({x, x}).front()), x);
  check_close(value(slope), value(gradient(sum(x * tanh(x)), x)));
}

TEST_CASE("composites may consist of composites") {
  Graph graph;
  const Tensor x = variable(graph, "x", {0.5, -0.25});
  const Tensor loss = sum(apply<SelfGated>({x}).front());
  CHECK(check_gradients(evaluate(), loss, std::span(&x, 1), {}).worst < 1e-8);
  const Tensor slope = sum(gradient(loss, x));
  CHECK(check_gradients(evaluate(), slope, std::span(&x, 1), {}).worst < 1e-8);
}

TEST_CASE("of several outputs any may be used") {
  Graph graph;
  const Tensor x = variable(graph, "x", {1, 2});
  const Tensors powers = apply<Powers>({x});
  CHECK(value(gradient(sum(powers[0]), x)) == Doubles{2, 4});
  CHECK(value(gradient(sum(powers[1]), x)) == Doubles{3, 12});
  CHECK(value(gradient(sum(powers[0] + powers[1]), x)) == Doubles{5, 16});
}

TEST_CASE("one input of a composite may depend on another") {
  Graph graph;
  const Tensor x = variable(graph, "x", {0.5, -0.25});
  const Tensor slope = gradient(sum(apply<Gated>({x * x, x}).front()), x);
  check_close(value(slope), value(gradient(sum(x * x * tanh(x)), x)));
}

TEST_CASE("an op without a gradient is an error that names it and its line") {
  Graph graph;
  const Tensor x = variable(graph, "x", {1, 2});
  const int line = __LINE__ + 1;
  const Tensor y = apply<Mystery>({tanh(x)}).front();
  const std::string message = message_of([&] { gradient(sum(y), x); });
  CHECK(message ==
        fmt::format("gradients: mystery has no gradient, and the loss depends on its inputs\n  at {}:{}",
                    __FILE__, line));
}

TEST_CASE("an op without a gradient is no error where no gradient goes through it") {
  Graph graph;
  const Tensor x = variable(graph, "x", {1, 2});
  const Tensor y = apply<Mystery>({x}).front();
  CHECK_NOTHROW(gradient(sum(stop_gradient(y) * x), x));
  CHECK_NOTHROW(gradient(sum(y * y), y));
}

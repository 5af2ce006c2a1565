// A NaN or an infinity is traced to the op and the line that it comes from.
#include <cmath>
#include <limits>

#include "../cpu_backends.h"
#include "support.h"
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <heed/autodiff/gradients.h>
#include <heed/backends/check_finite.h>
#include <heed/backends/executable.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/matmul.h>
#include <heed/ops/reduce.h>
#include <heed/ops/softmax.h>
#include <heed/ops/views.h>

using namespace heed;
using namespace heed::test;

namespace {

const CompileOptions checked{.check_finite = true};

std::string message_of_run(Executable& executable, std::initializer_list<Executable::FeedRef> feeds) {
  try {
    executable.run(feeds);
  } catch (const NonFiniteError& error) {
    return error.what();
  }
  return "no error";
}

bool names(const std::string& message, const std::string& what, unsigned line) {
  CAPTURE(message);
  return message.find(what) != std::string::npos &&
         message.find(fmt::format("test_check_finite.cpp:{}", line)) != std::string::npos;
}

}  // namespace

TEST_CASE("a NaN is traced through what follows to the op that made it") {
  for (const std::string& name : cpu_backends()) {
    CAPTURE(name);
    Graph graph;
    const Tensor x = graph.input("x", DType::f32, {3});
    const auto scope = graph.scope("layer");
    const unsigned line = __LINE__ + 1;
    const Tensor root = sqrt(x);
    const Tensor y = sum(transpose(reshape(exp(root) * 2.0, {3, 1}), {1, 0}) + 1.0);
    Variables variables(open_backend(name));
    Executable run = compile({y}, variables, checked);
    const Array bad = floats({1, -4, 9}), good = floats({1, 4, 9});
    CHECK(message_of_run(run, {{x, good}}) == "no error");
    const std::string message = message_of_run(run, {{x, bad}});
    CHECK(names(message, "run: a NaN first came up in sqrt(f32[3]) in layer, from operands that are finite",
                line));
    CHECK(message_of_run(run, {{x, good}}) == "no error");
  }
}

TEST_CASE("an op that would be fused is named by its own line") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {2});
  const Tensor a = tanh(x);
  const unsigned line = __LINE__ + 1;
  const Tensor b = log(a);
  const Tensor y = sigmoid(b * 3.0) - b;
  Variables variables(open_backend(backend_names().front()));
  CHECK(compile({y}, variables).plan().steps.size() == 1);
  Executable run = compile({y}, variables, checked);
  const Array zero = floats({1, 0});
  CHECK(names(message_of_run(run, {{x, zero}}), "an infinity first came up in log", line));
}

TEST_CASE("a NaN that only a gradient has is named as such, with the line of the forward op") {
  Graph graph;
  const Tensor x = graph.variable("x", DType::f32, {2}, zeros());
  const unsigned line = __LINE__ + 1;
  const Tensor y = sum(sqrt(x));  // 0 at 0, with an infinite slope
  const Tensor wrt[] = {x};
  const Tensor slope = gradients(y, wrt)[0];
  Variables variables(open_backend(backend_names().front()));
  const Updates updates{graph.assign(x, x - slope)};
  Executable run = compile({y}, updates, variables, checked);
  const std::string message = message_of_run(run, {});
  CHECK(names(message, "in the gradient of sqrt", line));
}

TEST_CASE("what was not finite before the run is named as input or variable") {
  const float infinite = std::numeric_limits<float>::infinity();
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {2});
  const Tensor v = graph.variable("v", DType::f32, {2}, constant_of(1));
  const Tensor y = sum(x * v);
  Variables variables(open_backend(backend_names().front()));
  Executable run = compile({y}, variables, checked);
  const Array bad = floats({1, infinite}), good = floats({1, 2});
  CHECK(message_of_run(run, {{x, bad}}).find("an infinity was there before the run, in the input x f32[2]") !=
        std::string::npos);
  variables.set("v", floats({std::nanf(""), 1}));
  CHECK(message_of_run(run, {{x, good}}).find("a NaN was there before the run, in the variable v f32[2]") !=
        std::string::npos);
}

TEST_CASE("an infinity that does no harm is no error") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {2, 3});
  const Tensor mask = graph.input("mask", DType::boolean, {2, 3});
  const Tensor y = softmax(select(mask, x, -std::numeric_limits<double>::infinity()));
  Variables variables(open_backend("reference"));
  Executable run = compile({y}, variables, checked);
  Array some(DType::boolean, {2, 3});
  for (const std::int64_t i : {0, 2, 4}) some.set_number(i, 1);
  CHECK(message_of_run(run, {{x, Array(DType::f32, {2, 3})}, {mask, some}}) == "no error");
}

TEST_CASE("wherever a NaN is put in, its place is found") {
  // A chain of ops; in turn each one's result is divided by a fed number that may be zero over zero.
  for (std::size_t bad = 0; bad < 6; ++bad) {
    CAPTURE(bad);
    Graph graph;
    const Tensor w = graph.variable("w", DType::f32, {4, 4}, normal_with(0, 0.5));
    Tensor x = graph.input("x", DType::f32, {2, 4});
    Tensors zeros;
    for (std::size_t i = 0; i < 6; ++i) {
      const auto scope = graph.scope(fmt::format("layer{}", i));
      zeros.push_back(graph.input(fmt::format("zero{}", i), DType::f32, {}));
      x = tanh(matmul(x, w)) + zeros[i] / zeros[i];
    }
    const Tensor loss = sum(x);
    const Tensor wrt[] = {w};
    const Updates updates{graph.assign(w, w - gradients(loss, wrt)[0])};
    Variables variables(open_backend(backend_names().front()));
    Executable run = compile({loss}, updates, variables, checked);
    const Array values(DType::f32, {2, 4}), one = Array::scalar(1.0f), zero = Array::scalar(0.0f);
    std::vector<Executable::FeedRef> feeds;
    for (const Tensor& input : graph.inputs())
      if (input.shape().rank() == 2) feeds.push_back({input, values});
    for (std::size_t i = 0; i < 6; ++i) feeds.push_back({zeros[i], i == bad ? zero : one});
    CHECK_THROWS_WITH_AS(run.run(feeds),
                         doctest::Contains(fmt::format("divide(f32[], f32[]) in layer{}", bad).c_str()),
                         NonFiniteError);
  }
}

// Concatenation in place: parts are computed where the whole wants them.
#include "check_plan.h"
#include "support.h"
#include <doctest/doctest.h>

#include <heed/backends/executable.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/pad.h>
#include <heed/ops/reduce.h>
#include <heed/ops/views.h>

using namespace heed;
using namespace heed::test;

namespace {

std::size_t count(const Plan& plan, std::string_view what) {
  std::size_t found = 0;
  for (const Step& step : plan.steps) {
    found += step.op->name() == what || step.note.find(what) != std::string::npos;
  }
  return found;
}

Tensor joined(std::initializer_list<Tensor> parts, int axis) {
  return concatenate(std::span(parts.begin(), parts.size()), axis);
}

}  // namespace

TEST_CASE("what is computed for a concatenation is computed in it") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {3, 400});
  const Tensor y = joined({exp(x), tanh(x), x * 3.0}, 0);
  Variables variables(open_backend("reference"));
  Executable run = compile({sum(y, {1}), y}, variables);
  check_plan(run.plan());
  CHECK(count(run.plan(), "concatenate") == 0);
  Executable plain = compile({sum(y, {1}), y}, variables, {.optimize = false});
  CHECK(count(plain.plan(), "concatenate") == 1);
  CHECK(run.plan().arena_bytes < plain.plan().arena_bytes);
  Array values(DType::f32, {3, 400});
  for (std::int64_t i = 0; i < values.elements(); ++i) values.set_number(i, static_cast<double>(i % 17));
  run.run({{x, values}});
  plain.run({{x, values}});
  CHECK(run.value(y) == plain.value(y));
}

TEST_CASE("what was there before the run, or is wanted twice, is copied") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {2, 4});
  const Tensor v = graph.variable("v", DType::f32, {1, 4}, ones());
  const Tensor twice = exp(x);
  const Tensor y = joined({x, twice, v, twice}, 0);
  Variables variables(open_backend("reference"));
  Executable run = compile({y}, variables);
  check_plan(run.plan());
  CHECK(count(run.plan(), "concatenate") == 0);
  CHECK(count(run.plan(), "part of a concatenation") == 3);
}

TEST_CASE("parts that do not lie in a row are left to the op") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {2, 4});
  Variables variables(open_backend("reference"));
  CHECK(count(compile({joined({exp(x), tanh(x)}, 1)}, variables).plan(), "concatenate") == 1);
  const Tensor flat = reshape(x, {1, 8});
  CHECK(count(compile({joined({exp(flat), tanh(flat)}, 1)}, variables).plan(), "concatenate") == 0);
}

TEST_CASE("a concatenation of concatenations is one block, whatever the sizes of its parts") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {1, 4});
  const Tensor first = exp(x);
  const Tensor inner = joined({first, tanh(x)}, 0);
  const Tensor y = joined({inner, x * 2.0, inner}, 0);
  const Tensor z = joined({first, y}, 0);
  Variables variables(open_backend("reference"));
  Executable run = compile({y, z, inner}, variables),
             plain = compile({y, z, inner}, variables, {.optimize = false});
  check_plan(run.plan());
  const Array values({1, 4}, std::vector<float>{1, 2, 3, 4});
  run.run({{x, values}});
  plain.run({{x, values}});
  for (const Tensor& fetch : {y, z, inner}) CHECK(run.value(fetch) == plain.value(fetch));
}

TEST_CASE("what becomes a variable's new value is still updated in place") {
  Graph graph;
  const Tensor v = graph.variable("v", DType::f32, {1, 4}, ones());
  const Tensor next = v * 2.0;
  const Tensor y = joined({next, exp(next)}, 0);
  const Updates updates{graph.assign(v, next)};
  Variables variables(open_backend("reference"));
  Executable run = compile({y}, updates, variables);
  CHECK(run.plan().state_copies == 0);
  run.run();
  CHECK(run.value(y).number(0) == 2);
  CHECK(variables.get("v").number(0) == 2);
}

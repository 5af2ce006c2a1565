// Variables are read as they were before the run and written after it, whatever the planner does in place.
#include "support.h"
#include <doctest/doctest.h>

#include <heed/ops/elementwise.h>
#include <heed/ops/gather.h>
#include <heed/ops/matmul.h>
#include <heed/ops/reduce.h>
#include <heed/ops/views.h>

using namespace heed;
using namespace heed::test;

namespace {

Floats after(const Variables& variables, const std::string& name) {
  return values_of_array(variables.get(name));
}

}  // namespace

TEST_CASE("two variables exchange their values in one run") {
  Graph graph;
  const Tensor a = variable(graph, "a", {1, 2, 3});
  const Tensor b = variable(graph, "b", {4, 5, 6});
  const Updates updates{graph.assign(a, b), graph.assign(b, a)};
  Variables variables = store();
  Executable swap = compile({}, updates, variables);
  swap.run();
  CHECK(after(variables, "a") == Floats{4, 5, 6});
  CHECK(after(variables, "b") == Floats{1, 2, 3});
  swap.run();
  CHECK(after(variables, "a") == Floats{1, 2, 3});
}

TEST_CASE("three variables pass their values on in a circle") {
  Graph graph;
  const Tensor a = variable(graph, "a", {1});
  const Tensor b = variable(graph, "b", {2});
  const Tensor c = variable(graph, "c", {3});
  const Updates updates{graph.assign(a, b), graph.assign(b, c), graph.assign(c, a)};
  Variables variables = store();
  compile({}, updates, variables).run();
  CHECK(after(variables, "a") == Floats{2});
  CHECK(after(variables, "b") == Floats{3});
  CHECK(after(variables, "c") == Floats{1});
}

TEST_CASE("a variable can take another one's old value while that one is updated") {
  for (const bool value_first : {false, true}) {
    Graph graph;
    const Tensor a = variable(graph, "a", {1, 2});
    const Tensor b = variable(graph, "b", {10, 20});
    Updates updates{graph.assign(a, b), graph.assign(b, b + 1)};
    if (value_first) std::swap(updates[0], updates[1]);
    Variables variables = store();
    Executable step = compile({}, updates, variables);
    step.run();
    CHECK(after(variables, "a") == Floats{10, 20});
    CHECK(after(variables, "b") == Floats{11, 21});
    step.run();
    CHECK(after(variables, "a") == Floats{11, 21});
    CHECK(after(variables, "b") == Floats{12, 22});
  }
}

TEST_CASE("a variable can take a view of another one's old value") {
  Graph graph;
  const Tensor square = graph.variable("square", DType::f32, {2, 2}, values_of(floats({2, 2}, {1, 2, 3, 4})));
  const Tensor turned = graph.variable("turned", DType::f32, {2, 2}, zeros());
  const Updates updates{graph.assign(turned, transpose(square, {1, 0})), graph.assign(square, square * 10)};
  Variables variables = store();
  compile({}, updates, variables).run();
  CHECK(after(variables, "turned") == Floats{1, 3, 2, 4});
  CHECK(after(variables, "square") == Floats{10, 20, 30, 40});
}

TEST_CASE("a variable can become a view of itself") {
  Graph graph;
  const Tensor square = graph.variable("square", DType::f32, {2, 2}, values_of(floats({2, 2}, {1, 2, 3, 4})));
  const Updates updates{graph.assign(square, transpose(square, {1, 0}))};
  Variables variables = store();
  compile({}, updates, variables).run();
  CHECK(after(variables, "square") == Floats{1, 3, 2, 4});
}

TEST_CASE("a value that reads a transposed view is not computed over what it reads") {
  Graph graph;
  const Tensor x = graph.variable("x", DType::f32, {2, 2}, values_of(floats({2, 2}, {1, 2, 3, 4})));
  const Updates updates{graph.assign(x, x + transpose(x, {1, 0}))};
  Variables variables = store();
  compile({}, updates, variables).run();
  CHECK(after(variables, "x") == Floats{2, 5, 5, 8});
}

TEST_CASE("a fetched variable shows its value from before the run") {
  Graph graph;
  const Tensor a = variable(graph, "a", {1, 2});
  const Tensor next = a * 3;
  const Updates updates{graph.assign(a, next)};
  Variables variables = store();
  Executable step = compile({a, next}, updates, variables);
  step.run();
  CHECK(values_of_array(step.value(a)) == Floats{1, 2});
  CHECK(values_of_array(step.value(next)) == Floats{3, 6});
  step.run();
  CHECK(values_of_array(step.value(a)) == Floats{3, 6});
  CHECK(after(variables, "a") == Floats{9, 18});
}

TEST_CASE("a fetched view of a variable shows its value from before the run") {
  Graph graph;
  const Tensor a = variable(graph, "a", {1, 2, 3, 4});
  const Tensor view = slice(a, 0, 1, 2);
  const Updates updates{graph.assign(a, a + 1)};
  Variables variables = store();
  Executable step = compile({view}, updates, variables);
  step.run();
  CHECK(values_of_array(step.value(view)) == Floats{2, 3});
  CHECK(after(variables, "a") == Floats{2, 3, 4, 5});
}

TEST_CASE("what reads a variable after its new value is known still sees the old one") {
  Graph graph;
  const Tensor a = variable(graph, "a", {1, 2});
  const Tensor next = a + 1;
  const Tensor both = sum(a * next);  // 1 * 2 + 2 * 3
  const Updates updates{graph.assign(a, next)};
  Variables variables = store();
  Executable step = compile({both}, updates, variables);
  step.run();
  CHECK(step.scalar(both) == 8);
  CHECK(after(variables, "a") == Floats{2, 3});
}

TEST_CASE("two variables whose new values read both old ones") {
  Graph graph;
  const Tensor a = variable(graph, "a", {1, 2});
  const Tensor b = variable(graph, "b", {10, 20});
  const Updates updates{graph.assign(a, a + b), graph.assign(b, a * b)};
  Variables variables = store();
  compile({}, updates, variables).run();
  CHECK(after(variables, "a") == Floats{11, 22});
  CHECK(after(variables, "b") == Floats{10, 40});
}

TEST_CASE("one value can be assigned to two variables") {
  Graph graph;
  const Tensor a = variable(graph, "a", {1, 2});
  const Tensor b = variable(graph, "b", {0, 0});
  const Tensor next = a * 2;
  const Updates updates{graph.assign(a, next), graph.assign(b, next)};
  Variables variables = store();
  Executable step = compile({next}, updates, variables);
  step.run();
  CHECK(after(variables, "a") == Floats{2, 4});
  CHECK(after(variables, "b") == Floats{2, 4});
  CHECK(values_of_array(step.value(next)) == Floats{2, 4});
}

TEST_CASE("feeds, constants and slices can be assigned") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {4});
  const Tensor a = variable(graph, "a", {0, 0, 0, 0});
  const Tensor b = variable(graph, "b", {0, 0});
  const Tensor c = variable(graph, "c", {0, 0});
  const Updates updates{graph.assign(a, x), graph.assign(b, slice(x * 2, 0, 1, 2)),
                        graph.assign(c, graph.constant(floats({7, 8})))};
  Variables variables = store();
  Executable step = compile({}, updates, variables);
  for (const float factor : {1.0f, 100.0f}) {
    step.run({{x, floats({factor, 2 * factor, 3 * factor, 4 * factor})}});
    CHECK(after(variables, "a") == Floats{factor, 2 * factor, 3 * factor, 4 * factor});
    CHECK(after(variables, "b") == Floats{4 * factor, 6 * factor});
    CHECK(after(variables, "c") == Floats{7, 8});
  }
}

TEST_CASE("a variable assigned to itself keeps its value at no cost") {
  Graph graph;
  const Tensor a = variable(graph, "a", {1, 2});
  const Updates updates{graph.assign(a, a)};
  Variables variables = store();
  Executable step = compile({}, updates, variables);
  step.run();
  CHECK(after(variables, "a") == Floats{1, 2});
  CHECK(step.plan().steps.empty());
}

TEST_CASE("a product of a variable with itself is not computed over it") {
  Graph graph;
  const Tensor w = graph.variable("w", DType::f32, {2, 2}, values_of(floats({2, 2}, {1, 2, 3, 4})));
  const Updates updates{graph.assign(w, matmul(w, w))};
  Variables variables = store();
  compile({}, updates, variables).run();
  CHECK(after(variables, "w") == Floats{7, 10, 15, 22});
}

TEST_CASE("an update whose rows come from the same variable reads the old rows") {
  Graph graph;
  const Tensor cache =
      graph.variable("cache", DType::f32, {3, 2}, values_of(floats({3, 2}, {1, 2, 3, 4, 5, 6})));
  const Tensor at = graph.constant(Array::scalar<std::int32_t>(1));
  const Updates updates{graph.assign(cache, update_at(cache, 0, at, slice(cache, 0, 0, 2)))};
  Variables variables = store();
  compile({}, updates, variables).run();
  CHECK(after(variables, "cache") == Floats{1, 2, 1, 2, 3, 4});
}

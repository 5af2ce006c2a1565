// What shares storage with what, and what is copied.
#include "check_plan.h"
#include "support.h"
#include <doctest/doctest.h>

#include <heed/autodiff/gradients.h>
#include <heed/backends/planner.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/gather.h>
#include <heed/ops/matmul.h>
#include <heed/ops/optimizer.h>
#include <heed/ops/pad.h>
#include <heed/ops/reduce.h>
#include <heed/ops/views.h>

using namespace heed;
using namespace heed::test;

namespace {

int storage_of(const Plan& plan, int tensor) {
  return plan.tensors[static_cast<std::size_t>(tensor)].storage;
}

const Step& step_of(const Plan& plan, const std::string& op) {
  for (const Step& step : plan.steps) {
    if (step.op->name() == op) return step;
  }
  FAIL("no step ", op);
  return plan.steps.front();
}

}  // namespace

TEST_CASE("an elementwise op writes over an input that nobody reads any more") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {64});
  const Tensor total = sum(x, {0}, true);
  const Tensor y = tanh(x * total);
  Variables variables = store();
  const Executable executable = compile({y}, variables);
  const Plan& plan = executable.plan();
  const Step& last = plan.steps.back();
  CHECK(last.note == "in place ");
  CHECK(storage_of(plan, last.inputs[0]) == storage_of(plan, last.outputs[0]));
  check_plan(plan);
}

TEST_CASE("an op does not write over an input that is read later or fetched") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {64});
  const Tensor y = sum(x, {0}, true) + x;
  Variables variables = store();
  Executable executable = compile({x, y}, variables);
  CHECK(steps_noted(executable.plan(), "in place") == 0);
  executable.run({{x, floats(Floats(64, 1.0f))}});
  CHECK(values_of_array(executable.value(x)) == Floats(64, 1.0f));
  CHECK(values_of_array(executable.value(y)) == Floats(64, 65.0f));
}

TEST_CASE("an op does not write over an input while a view of it is read later") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {8, 8});
  const Tensor first = slice(x, 0, 0, 1);
  const Tensor y = matmul(tanh(x), x);
  const Tensor z = reshape(y, {64}) * 2;
  const Tensor late = matmul(first, reshape(z, {8, 8}));
  Variables variables = store();
  const Executable executable = compile({late}, variables);
  check_plan(executable.plan());
}

TEST_CASE("a smaller operand is not overwritten by a broadcast result") {
  Graph graph;
  const Tensor row = graph.input("row", DType::f32, {4});
  const Tensor column = graph.input("column", DType::f32, {4, 1});
  const Tensor grid = row * column;
  Variables variables = store();
  Executable executable = compile({grid}, variables);
  executable.run({{row, floats({1, 2, 3, 4})}, {column, floats({4, 1}, {1, 10, 100, 1000})}});
  CHECK(executable.value(grid).number(7) == 40);
  CHECK(executable.value(grid).number(15) == 4000);
}

TEST_CASE("views are no steps and lie in the storage of what they show") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {4, 6});
  const Tensor view = transpose(reshape(slice(x, 0, 1, 2), {2, 2, 3}), {2, 0, 1});
  const Tensor total = sum(view, {0});
  Variables variables = store();
  Executable executable = compile({total}, variables);
  const Plan& plan = executable.plan();
  REQUIRE(plan.steps.size() == 1);
  CHECK(storage_of(plan, plan.steps[0].inputs[0]) == storage_of(plan, plan.feeds[0].tensor));
  CHECK(plan.tensors[static_cast<std::size_t>(plan.steps[0].inputs[0])].offset == 6 * 4);
}

TEST_CASE("a strided view that several kernels need dense is copied once") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {3, 5});
  const Tensor turned = transpose(x, {1, 0});
  // The reference backend's gather and pad take dense operands only.
  const Tensor rows = gather_rows(turned, graph.constant(Array(Shape{2}, std::vector<std::int32_t>{4, 0})));
  const Tensor wider = pad(turned, {{1, 0, 0}, {0, 0, 0}});
  Variables variables = store();
  Executable executable = compile({rows, wider}, variables);
  CHECK(steps_noted(executable.plan(), "dense copy") == 1);
  executable.run({{x, floats({3, 5}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14})}});
  CHECK(values_of_array(executable.value(rows)) == Floats{4, 9, 14, 0, 5, 10});
}

TEST_CASE("a reshape of a transposed tensor is copied, and only then reshaped") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {2, 3});
  const Tensor flat = reshape(transpose(x, {1, 0}), {6});
  Variables variables = store();
  Executable executable = compile({flat}, variables);
  CHECK(steps_noted(executable.plan(), "dense copy") == 1);
  executable.run({{x, floats({2, 3}, {1, 2, 3, 4, 5, 6})}});
  CHECK(values_of_array(executable.value(flat)) == Floats{1, 4, 2, 5, 3, 6});
}

TEST_CASE("an output that nobody reads gets no storage") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {8});
  const AdamState state{x, x * 2, x * 3};
  const Tensor one = graph.constant(Array::scalar(1.0f));
  const AdamState next = adam_update(state, x, one, one, one, {});
  Variables variables = store();
  const Executable executable = compile({next.parameter}, variables);
  const Step& step = executable.plan().steps.back();
  REQUIRE(step.outputs.size() == 3);
  CHECK(step.outputs[0] != nothing);
  CHECK(step.outputs[1] == nothing);
  CHECK(step.outputs[2] == nothing);
}

TEST_CASE("gradient descent updates its parameters in place") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {4, 8});
  const Tensor rate = graph.input("rate", DType::f32, {});
  const Tensor w = graph.variable("w", DType::f32, {8, 3}, normal_with(0, 1));
  const Tensor bias = graph.variable("bias", DType::f32, {3}, zeros());
  const Tensor loss = mean(square(tanh(matmul(x, w) + bias)));
  const Tensor parameters[] = {w, bias};
  const Tensors slopes = gradients(loss, parameters);
  Updates updates;
  for (std::size_t i = 0; i < 2; ++i)
    updates.push_back(graph.assign(parameters[i], sgd_update(parameters[i], slopes[i], rate)));
  Variables variables = store();
  const Executable executable = compile({loss}, updates, variables);
  CHECK(executable.plan().state_copies == 0);
  CHECK(steps_noted(executable.plan(), "updates in place") == 2);
  check_plan(executable.plan());
}

TEST_CASE("Adam updates parameters and moments in place, one step each") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {4, 8});
  const Tensor rate = graph.input("rate", DType::f32, {});
  const Tensor w = graph.variable("w", DType::f32, {8, 3}, normal_with(0, 1));
  const Tensor first = graph.variable("first", DType::f32, {8, 3}, zeros());
  const Tensor second = graph.variable("second", DType::f32, {8, 3}, zeros());
  const Tensor loss = mean(square(tanh(matmul(x, w))));
  const Tensor slope = gradients(loss, std::span(&w, 1)).front();
  const AdamState next = adam_update({w, first, second}, slope, rate, rate, rate, {});
  const Updates updates{graph.assign(w, next.parameter), graph.assign(first, next.first_moment),
                        graph.assign(second, next.second_moment)};
  Variables variables = store();
  const Executable executable = compile({loss}, updates, variables);
  CHECK(executable.plan().state_copies == 0);
  CHECK(steps_noted(executable.plan(), "updates in place updates in place updates in place") == 1);
  check_plan(executable.plan());
}

TEST_CASE("a cache grows by one row in place") {
  Graph graph;
  const Tensor row = graph.input("row", DType::f32, {1, 4});
  const Tensor at = graph.input("at", DType::i32, {});
  const Tensor cache = graph.variable("cache", DType::f32, {5, 4}, zeros());
  const Tensor next = update_at(cache, 0, at, row);
  const Tensor total = sum(next);
  const Updates updates{graph.assign(cache, next)};
  Variables variables = store();
  Executable executable = compile({total}, updates, variables);
  CHECK(executable.plan().state_copies == 0);
  const Step& step = step_of(executable.plan(), "update_at");
  CHECK(storage_of(executable.plan(), step.inputs[0]) == storage_of(executable.plan(), step.outputs[0]));
  executable.run({{row, floats({1, 4}, {1, 2, 3, 4})}, {at, Array::scalar<std::int32_t>(0)}});
  executable.run({{row, floats({1, 4}, {5, 6, 7, 8})}, {at, Array::scalar<std::int32_t>(4)}});
  CHECK(executable.scalar(total) == 36);
  CHECK(variables.get("cache").number(16) == 5);
}

TEST_CASE("a state copy is made, and counted, where the old value is needed later") {
  Graph graph;
  const Tensor a = variable(graph, "a", {1, 2});
  const Tensor next = a + 1;
  const Tensor late = sum(next) * a;
  const Updates updates{graph.assign(a, next)};
  Variables variables = store();
  const Executable executable = compile({late}, updates, variables);
  CHECK(executable.plan().state_copies == 1);
  CHECK(steps_noted(executable.plan(), "state copy") == 1);
}

TEST_CASE("a plan prints its steps, what lies where and what was decided") {
  Graph graph;
  const auto scope = graph.scope("model");
  const Tensor a = variable(graph, "a", {1, 2});
  const Tensor total = sum(a, {0}, true);
  const Updates updates{graph.assign(a, a * total)};
  Variables variables = store();
  const Executable executable = compile({total}, updates, variables);
  const std::string text = to_text(executable.plan());
  CHECK(text.find("sum                  f32[1] @") != std::string::npos);
  CHECK(text.find("multiply             f32[2] model/a <- f32[2] model/a, f32[1] @") != std::string::npos);
  CHECK(text.find("updates in place  # model\n") != std::string::npos);
  CHECK(text.find("variables 1, state copies: 0\n") != std::string::npos);
}

// Running: feeds, fetches, shared memory, and variables that several graphs use.
#include "../message_of.h"
#include "check_plan.h"
#include "support.h"
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <heed/ops/elementwise.h>
#include <heed/ops/matmul.h>
#include <heed/ops/random.h>
#include <heed/ops/reduce.h>
#include <heed/ops/views.h>

using namespace heed;
using namespace heed::test;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string here(int line) {
  return fmt::format("{}:{}", __FILE__, line);
}

}  // namespace

TEST_CASE("a missing feed is an error that names the input and its type") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {2});
  const Tensor y = graph.input("y", DType::i32, {3, 1});
  Variables variables = store();
  Executable executable = compile({sum(x), y}, variables);
  CHECK_THROWS_WITH_AS(executable.run({{x, floats({1, 2})}}), "run: input y i32[3, 1] was not fed", Error);
}

TEST_CASE("a feed of another type is an error that names both types") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {2});
  Variables variables = store();
  Executable executable = compile({sum(x)}, variables);
  CHECK_THROWS_WITH_AS(executable.run({{x, floats({1, 2, 3})}}), "run: input x is f32[2], but f32[3] was fed",
                       Error);
  CHECK_THROWS_WITH_AS(executable.run({{x, Array(DType::f64, {2})}}),
                       "run: input x is f32[2], but f64[2] was fed", Error);
}

TEST_CASE("only inputs of the compiled graph can be fed") {
  Graph graph, other;
  const Tensor x = graph.input("x", DType::f32, {2});
  const Tensor w = variable(graph, "w", {1, 2});
  const Tensor stranger = other.input("x", DType::f32, {2});
  Variables variables = store();
  Executable executable = compile({x * w}, variables);
  CHECK_THROWS_WITH_AS(executable.run({{w, floats({1, 2})}}), "run: w f32[2] is not an input", Error);
  CHECK_THROWS_WITH_AS(executable.run({{stranger, floats({1, 2})}}),
                       "run: x f32[2] belongs to another graph than the one that was compiled", Error);
}

TEST_CASE("an input that the fetches do not need may be fed all the same") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {2});
  const Tensor y = graph.input("y", DType::f32, {2});
  const Tensor total = sum(x);
  graph.name(y, "unused");
  Variables variables = store();
  Executable executable = compile({total}, variables);
  executable.run({{x, floats({1, 2})}, {y, floats({1, 2})}});
  CHECK(executable.scalar(total) == 3);
}

TEST_CASE("a run that failed changes nothing, and the next one works") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {2});
  const Tensor a = variable(graph, "a", {1, 1});
  const Updates updates{graph.assign(a, a + x)};
  Variables variables = store();
  Executable executable = compile({}, updates, variables);
  CHECK_THROWS_AS(executable.run(), Error);
  executable.run({{x, floats({1, 2})}});
  CHECK(values_of_array(variables.get("a")) == Floats{2, 3});
}

TEST_CASE("inputs, constants, variables and repeated tensors can be fetched as they are") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {2});
  const Tensor c = graph.constant(floats({5, 6}));
  const Tensor v = variable(graph, "v", {7, 8});
  Variables variables = store();
  Executable executable = compile({x, c, v, x, transpose(x, {0})}, variables);
  executable.run({{x, floats({1, 2})}});
  CHECK(values_of_array(executable.value(x)) == Floats{1, 2});
  CHECK(values_of_array(executable.value(c)) == Floats{5, 6});
  CHECK(values_of_array(executable.value(v)) == Floats{7, 8});
}

TEST_CASE("the value of what was not fetched is an error") {
  Graph graph;
  const Tensor x = variable(graph, "x", {1, 2});
  const Tensor y = tanh(x);
  Variables variables = store();
  Executable executable = compile({x}, variables);
  CHECK_THROWS_WITH_AS(executable.value(y), "value: tanh f32[2] was not among the fetches of compile()",
                       Error);
}

TEST_CASE("tensors of no elements are computed, fetched and assigned") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {0, 3});
  const Tensor v = graph.variable("v", DType::f32, {0, 3}, zeros());
  const Tensor y = x * 2 + v;
  const Tensor total = sum(y);
  const Updates updates{graph.assign(v, y)};
  Variables variables = store();
  Executable executable = compile({y, total}, updates, variables);
  executable.run({{x, Array(DType::f32, {0, 3})}});
  CHECK(executable.value(y).elements() == 0);
  CHECK(executable.scalar(total) == 0);
}

TEST_CASE("a graph that cannot fit is refused, with its largest tensors and their lines") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {1 << 20, 1});
  const auto scope = graph.scope("large");
  const int line = __LINE__ + 1;
  const Tensor huge = matmul(x, x, {.transpose_b = true});
  const Tensor total = sum(exp(huge));
  Variables variables = store();
  const std::string message = message_of([&] { compile({total}, variables); });
  CAPTURE(message);
  CHECK(contains(message, "compile: the graph needs "));
  CHECK(contains(message, " GiB, reference has "));
  CHECK(contains(message, "its largest tensors:\n  4096.00 GiB  large/matmul at " + here(line) + "\n"));
}

TEST_CASE("executables of different sizes share one arena, also after it has grown") {
  Graph graph;
  const Tensor small = graph.input("small", DType::f32, {16});
  const Tensor large = graph.input("large", DType::f32, {100, 100});
  const Tensor small_sum = sum(tanh(small * 2) * small);
  const Tensor large_sum = sum(matmul(large, large));
  Variables variables = store();
  Executable first = compile({small_sum}, variables);
  first.run({{small, floats(Floats(16, 1.0f))}});
  const float before = first.scalar(small_sum);
  Backend& backend = variables.backend();
  const std::uint64_t generation = backend.arena_generation();

  Executable second = compile({large_sum}, variables);
  CHECK(second.plan().arena_bytes > first.plan().arena_bytes);
  CHECK(backend.arena_generation() != generation);
  CHECK(backend.arena(0).bytes() == second.plan().arena_bytes);
  for (int run = 0; run < 2; ++run) {
    second.run({{large, floats({100, 100}, Floats(10000, 1.0f))}});
    CHECK(second.scalar(large_sum) == 1e6f);
    first.run({{small, floats(Floats(16, 1.0f))}});
    CHECK(first.scalar(small_sum) == before);
  }
}

TEST_CASE("a fetched value stays while another executable runs") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {3});
  const Tensor y = x * 2, z = x * 3;
  Variables variables = store();
  Executable doubles = compile({y}, variables), triples = compile({z}, variables);
  doubles.run({{x, floats({1, 2, 3})}});
  triples.run({{x, floats({10, 20, 30})}});
  CHECK(values_of_array(doubles.value(y)) == Floats{2, 4, 6});
}

TEST_CASE("graphs meet in their variables") {
  Graph training, evaluation;
  const Tensor w = variable(training, "w", {1, 2});
  const Updates updates{training.assign(w, w * 2)};
  const Tensor seen = variable(evaluation, "w", {1, 2});
  const Tensor total = sum(seen);
  Variables variables = store();
  Executable train = compile({}, updates, variables);
  Executable evaluate = compile({total}, variables);
  train.run();
  evaluate.run();
  CHECK(evaluate.scalar(total) == 6);
}

TEST_CASE("graphs that disagree about a variable are an error with both lines") {
  Graph first, second, third;
  const int made = __LINE__ + 1;
  const Tensor w = first.variable("w", DType::f32, {2}, zeros());
  const Tensor longer = second.variable("w", DType::f32, {3}, zeros());
  const Tensor other = third.variable("w", DType::f32, {2}, ones());
  Variables variables = store();
  const Executable executable = compile({sum(w)}, variables);
  CHECK(message_of([&] { compile({sum(longer)}, variables); }) ==
        fmt::format("variable w is f32[2], made at {}\n  but f32[3] is asked for at {}", here(made),
                    here(made + 1)));
  CHECK(message_of([&] { compile({sum(other)}, variables); }) ==
        fmt::format("variable w starts as constant(0), made at {}\n  but constant(1) is asked for at {}",
                    here(made), here(made + 2)));
}

TEST_CASE("every run draws other random bits, and the same ones after the counter is set back") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {64});
  const Tensor y = dropout(x, 0.5);
  Variables variables = store(3);
  Executable executable = compile({y}, variables);
  const Array ones = floats(Floats(64, 1.0f));
  executable.run({{x, ones}});
  const Floats first = values_of_array(executable.value(y));
  executable.run({{x, ones}});
  CHECK(values_of_array(executable.value(y)) != first);
  CHECK(variables.run_counter() == 2);
  variables.set_run_counter(0);
  executable.run({{x, ones}});
  CHECK(values_of_array(executable.value(y)) == first);
}

TEST_CASE("an unknown backend is an error that lists the known ones") {
  const std::string message = message_of([] { open_backend("abacus"); });
  CHECK(contains(message, "there is no backend \"abacus\"; this build has: "));
  for (const std::string& name : backend_names()) CHECK(contains(message, name));
}

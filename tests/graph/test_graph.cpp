// Graphs: inputs, variables, assigns, scopes and names.
#include "messages.h"
#include <doctest/doctest.h>

#include <heed/graph/graph.h>
#include <heed/graph/sources.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/matmul.h>
#include <heed/ops/random.h>
#include <heed/ops/views.h>

using namespace heed;
using namespace heed::test;

TEST_CASE("asking twice for one variable gives the same tensor") {
  Graph graph;
  const Tensor first = graph.variable("w", DType::f32, {2, 3}, uniform_between(-1, 1));
  const Tensor second = graph.variable("w", DType::f32, {2, 3}, uniform_between(-1, 1));
  CHECK(first == second);
  CHECK(graph.size() == 1);
}

TEST_CASE("asking for a variable with another shape is an error that names both lines") {
  Graph graph;
  graph.variable("w", DType::f32, {2, 3}, zeros());
  const std::string first = here(-1), second = here(1);
  const std::string message = message_of([&] { graph.variable("w", DType::f32, {3, 2}, zeros()); });
  CHECK(message == "variable w was made as (name=w, type=f32[2, 3], initializer=constant(0)) at " + first +
                       "\n  and is asked for as (name=w, type=f32[3, 2], initializer=constant(0)) at " +
                       second);
}

TEST_CASE("asking for a variable with another initializer is an error that names both lines") {
  Graph graph;
  graph.variable("w", DType::f32, {2}, zeros());
  const std::string first = here(-1), second = here(1);
  const std::string message = message_of([&] { graph.variable("w", DType::f32, {2}, normal_with(0, 2)); });
  CHECK(message == "variable w was made as (name=w, type=f32[2], initializer=constant(0)) at " + first +
                       "\n  and is asked for as (name=w, type=f32[2], initializer=normal(0, 2)) at " +
                       second);
}

TEST_CASE("initial values that differ in their numbers alone are another initializer") {
  Graph graph;
  const Array ones(Shape{2}, std::vector<float>{1, 1}), twos(Shape{2}, std::vector<float>{2, 2});
  const Tensor first = graph.variable("w", DType::f32, {2}, values_of(ones));
  CHECK(graph.variable("w", DType::f32, {2}, values_of(ones)) == first);
  CHECK_THROWS_AS(graph.variable("w", DType::f32, {2}, values_of(twos)), Error);
}

TEST_CASE("initial values of another type than the variable are an error") {
  Graph graph;
  const Array values(DType::f32, {3});
  const std::string message = message_of([&] { graph.variable("w", DType::f32, {2}, values_of(values)); });
  CHECK(message == "variable w is f32[2], but its initial values are f32[3]\n  at " + here(-1));
}

TEST_CASE("open scopes are part of a variable's name") {
  Graph graph;
  const auto outer = graph.scope("encoder");
  {
    const auto inner = graph.scope("layer0");
    CHECK(graph.current_scope() == "encoder/layer0");
    graph.variable("w", DType::f32, {2}, zeros());
  }
  CHECK(graph.current_scope() == "encoder");
  const Tensor other = graph.variable("w", DType::f32, {2}, zeros());
  CHECK(graph.find_variable("encoder/w") == other);
  REQUIRE(graph.find_variable("encoder/layer0/w"));
  CHECK(describe(*graph.find_variable("encoder/layer0/w")) == "encoder/layer0/w f32[2]");
  CHECK_FALSE(graph.find_variable("w"));
  CHECK(graph.variables().size() == 2);
}

TEST_CASE("unique names count within their scope") {
  Graph graph;
  CHECK(graph.unique_name("dropout") == "dropout:0");
  CHECK(graph.unique_name("dropout") == "dropout:1");
  const auto scope = graph.scope("encoder");
  CHECK(graph.unique_name("dropout") == "encoder/dropout:0");
}

TEST_CASE("a named tensor is spoken of by its name") {
  Graph graph;
  const auto scope = graph.scope("model");
  const Tensor x = graph.input("x", DType::f32, {2});
  CHECK(describe(tanh(x)) == "model/tanh f32[2]");
  CHECK(describe(graph.name(tanh(x), "hidden")) == "model/hidden f32[2]");
}

TEST_CASE("an input's name is taken once") {
  Graph graph;
  graph.input("x", DType::f32, {2});
  const std::string message = message_of([&] { graph.input("x", DType::f32, {2}); });
  CHECK(message == "input x already exists, made at " + here(-2) + "\n  at " + here(-1));
}

TEST_CASE("only variables can be assigned") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {2});
  const std::string message = message_of([&] { graph.assign(x, x); });
  CHECK(message == "assign: x f32[2] is not a variable\n  at " + here(-1));
}

TEST_CASE("a variable is only assigned values of its own type") {
  Graph graph;
  const Tensor w = graph.variable("w", DType::f32, {2}, zeros());
  const Tensor x = graph.input("x", DType::f32, {3});
  const std::string line = here(1);
  const std::string message = message_of([&] { graph.assign(w, x); });
  CHECK(message ==
        "assign: variable w is f32[2], but f32[3] is assigned to it"
        "\n  variable   f32[2]               w"
        "\n  value      f32[3]               x"
        "\n  at " +
            line);
}

TEST_CASE("tensors of two graphs do not meet") {
  Graph graph, other;
  const Tensor x = graph.input("x", DType::f32, {2});
  const Tensor stranger = other.input("stranger", DType::f32, {2});
  const Tensor w = graph.variable("w", DType::f32, {2}, zeros());
  const std::string sum = message_of([&] { x + stranger; });
  CHECK(sum == "add: stranger f32[2] belongs to another graph\n  at " + here(-1));
  const std::string assign = message_of([&] { graph.assign(w, stranger); });
  CHECK(assign == "assign: stranger f32[2] belongs to another graph\n  at " + here(-1));
}

TEST_CASE("a tensor that names nothing says so, with the op and the line that used it") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {2, 2});
  const Tensor nothing;
  CHECK_FALSE(nothing);
  CHECK(message_of([&] { nothing.type(); }) ==
        "this tensor names nothing: it was default-constructed and never assigned");
  const std::string line = here(1);
  const std::string message = message_of([&] { matmul(x, nothing); });
  CHECK(message == "matmul: b names nothing: it was default-constructed and never assigned\n  at " + line);
}

TEST_CASE("layers can give their nodes the line of their caller") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {2});
  const auto origin = graph.at(Where::current());
  const unsigned line = static_cast<unsigned>(__LINE__) - 1;
  const Tensor y = tanh(x);
  CHECK(graph.node(y.node()).origins.front().where.line == line);
}

TEST_CASE("graphs are told apart even where one takes the other's place in memory") {
  std::uint64_t first = 0;
  {
    Graph graph;
    first = graph.serial();
  }
  CHECK(Graph().serial() != first);
}

TEST_CASE("two dropouts have streams of their own") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {2});
  const Tensor a = dropout(x, 0.5), b = dropout(x, 0.5);
  CHECK_FALSE(graph.node(a.node()).op->same_as(*graph.node(b.node()).op));
  CHECK(dropout(x, 0) == x);
}

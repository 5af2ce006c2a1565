// Gradients of graphs: what flows where. Rules of single ops are the op table's.
#include "support.h"
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <heed/autodiff/gradients.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/gather.h>
#include <heed/ops/matmul.h>
#include <heed/ops/reduce.h>
#include <heed/ops/topk.h>
#include <heed/ops/views.h>

using namespace heed;
using namespace heed::test;

namespace {

Tensor gradient(Tensor loss, Tensor x) {
  return gradients(loss, std::span(&x, 1)).front();
}

std::string here(int line) {
  return fmt::format("{}:{}", __FILE__, line);
}

}  // namespace

TEST_CASE("a shared subexpression collects its gradients") {
  Graph graph;
  const Tensor x = variable(graph, "x", {1, 2, 3});
  const Tensor y = x * x;
  const Tensor loss = sum(y * y + 3 * y);  // x^4 + 3 x^2
  CHECK(value(gradient(loss, x)) == Doubles{10, 44, 126});
}

TEST_CASE("an operand used twice by one op counts twice") {
  Graph graph;
  const Tensor x = variable(graph, "x", {1, 2, 3});
  CHECK(value(gradient(sum(x + x), x)) == Doubles{2, 2, 2});
  CHECK(value(gradient(sum(x / x), x)) == Doubles{0, 0, 0});
}

TEST_CASE("a variable that the loss does not use has a gradient of zeros") {
  Graph graph;
  const Tensor x = variable(graph, "x", {1, 2});
  const Tensor unused = graph.variable("unused", DType::f64, {2, 2}, ones());
  const Tensor wrt[] = {unused, x};
  const Tensors slopes = gradients(sum(x), wrt);
  CHECK(slopes[0].shape() == Shape{2, 2});
  CHECK(value(slopes[0]) == Doubles{0, 0, 0, 0});
  CHECK(value(slopes[1]) == Doubles{1, 1});
}

TEST_CASE("the loss is its own gradient of one") {
  Graph graph;
  const Tensor loss = sum(variable(graph, "x", {1, 2}));
  CHECK(value(gradient(loss, loss)) == Doubles{1});
}

TEST_CASE("a tied embedding learns from both of its uses") {
  Graph graph;
  const Tensor table =
      graph.variable("table", DType::f64, {3, 1}, values_of(Array(Shape{3, 1}, Doubles{2, 3, 5})));
  const Tensor ids = graph.constant(Array(Shape{2}, std::vector<std::int32_t>{1, 1}));
  const Tensor scores = matmul(gather_rows(table, ids), table, {.transpose_b = true});  // [2, 3]
  CHECK(value(gradient(sum(scores), table)) == Doubles{6, 6 + 20, 6});
}

TEST_CASE("the gradient of a tied embedding needs no table but its own") {
  Graph graph;
  const Tensor table = graph.variable("table", DType::f64, {4, 2}, normal_with(0, 1));
  const Tensor ids = graph.input("ids", DType::i32, {3});
  const Tensor logits = matmul(gather_rows(table, ids), table, {.transpose_b = true});
  const Tensor total = gradient(sum(logits * sum(gather_rows(table, ids))), table);
  CHECK(graph.node(total.node()).op->name() == "scatter_add");
  for (const Node& node : graph.nodes()) {
    const bool adds_tables = node.op->name() == "add" && node.outputs[0] == table.type();
    CHECK_FALSE(adds_tables);
  }
}

TEST_CASE("gradients of intermediate tensors can be asked for") {
  Graph graph;
  const Tensor x = variable(graph, "x", {1, 2});
  const Tensor y = 3 * x;
  const Tensor wrt[] = {y, x};
  const Tensors slopes = gradients(sum(y * y), wrt);
  CHECK(value(slopes[0]) == Doubles{6, 12});
  CHECK(value(slopes[1]) == Doubles{18, 36});
}

TEST_CASE("broadcasting is undone") {
  Graph graph;
  const Tensor row = variable(graph, "row", {1, 2, 3});
  const Tensor column = graph.variable("column", DType::f64, {2, 1}, ones());
  const Tensor scalar = graph.variable("scalar", DType::f64, {}, ones());
  const Tensor wrt[] = {row, column, scalar};
  const Tensors slopes = gradients(sum(row * column * scalar), wrt);
  CHECK(value(slopes[0]) == Doubles{2, 2, 2});
  CHECK(slopes[1].shape() == Shape{2, 1});
  CHECK(value(slopes[1]) == Doubles{6, 6});
  CHECK(value(slopes[2]) == Doubles{12});
}

TEST_CASE("gradients can be differentiated again, and again") {
  Graph graph;
  const Tensor x = variable(graph, "x", {1, 2});
  Tensor slope = x * x * x * x;
  for (int order = 0; order < 3; ++order) slope = gradient(sum(slope), x);
  CHECK(value(slope) == Doubles{24, 48});
}

TEST_CASE("second order mixes variables") {
  Graph graph;
  const Tensor x = variable(graph, "x", {2});
  const Tensor y = variable(graph, "y", {3});
  const Tensor slope = gradient(sum(x * x * y * y), x);  // 2 x y^2
  CHECK(value(gradient(sum(slope), y)) == Doubles{4 * 2 * 3});
}

TEST_CASE("nothing flows through stop_gradient") {
  Graph graph;
  const Tensor x = variable(graph, "x", {2, 3});
  CHECK(value(gradient(sum(stop_gradient(x) * x), x)) == Doubles{2, 3});
  CHECK(value(gradient(sum(stop_gradient(x * x)), x)) == Doubles{0, 0});
}

TEST_CASE("top_k sends gradients back to where the values came from") {
  Graph graph;
  const Tensor x = variable(graph, "x", {3, 9, 5, 7});
  const Tensor best = top_k(x, 2).values;
  const Tensor weights = graph.constant(doubles({10, 1}));
  CHECK(value(gradient(sum(best * weights), x)) == Doubles{0, 10, 0, 1});
}

TEST_CASE("comparisons and selections send gradients to the chosen side only") {
  Graph graph;
  const Tensor x = variable(graph, "x", {-1, 2});
  const Tensor y = variable(graph, "y", {1, 1});
  const Tensor wrt[] = {x, y};
  const Tensors slopes = gradients(sum(select(greater(x, y), 2 * x, 5 * y)), wrt);
  CHECK(value(slopes[0]) == Doubles{0, 2});
  CHECK(value(slopes[1]) == Doubles{5, 0});
}

TEST_CASE("gradients_from starts with given gradients") {
  Graph graph;
  const Tensor x = variable(graph, "x", {1, 2});
  const Tensor outputs[] = {x * x, 3 * x};
  const Tensor seeds[] = {graph.constant(doubles({1, 10})), graph.constant(doubles({100, 1000}))};
  CHECK(value(gradients_from(outputs, seeds, std::span(&x, 1)).front()) == Doubles{302, 3040});
}

TEST_CASE("a loss that is not a scalar is an error") {
  Graph graph;
  const Tensor x = variable(graph, "x", {1, 2});
  const Tensor loss = tanh(x);
  const int line = __LINE__ + 1;
  const std::string message = message_of([&] { gradients(loss, std::span(&x, 1)); });
  CHECK(message ==
        "gradients: the loss must be a floating-point scalar, not tanh f64[2]; sum or average it\n  at " +
            here(line));
}

TEST_CASE("the gradient of an integer is an error") {
  Graph graph;
  const Tensor x = graph.input("x", DType::i32, {2});
  const Tensor loss = sum(cast(x, DType::f64));
  const int line = __LINE__ + 1;
  const std::string message = message_of([&] { gradients(loss, std::span(&x, 1)); });
  CHECK(message == "gradients: x i32[2] is not floating-point\n  at " + here(line));
}

TEST_CASE("a tensor of another graph is an error") {
  Graph graph, other;
  const Tensor x = variable(graph, "x", {1, 2});
  const Tensor stranger = variable(other, "stranger", {1, 2});
  const Tensor loss = sum(x);
  const int line = __LINE__ + 1;
  const std::string message = message_of([&] { gradients(loss, std::span(&stranger, 1)); });
  CHECK(message == "gradients: stranger f64[2] belongs to another graph than the loss\n  at " + here(line));
}

TEST_CASE("nodes of a gradient keep the line and scope of the forward op") {
  Graph graph;
  const Tensor x = variable(graph, "x", {1, 2});
  Tensor loss;
  {
    const auto scope = graph.scope("layer");
    loss = sum(tanh(x));
  }
  const Tensor slope = gradient(loss, x);
  const Origin& origin = graph.node(slope.node()).origins.front();
  CHECK(origin.gradient_of == "tanh");
  CHECK(origin.scope == "layer");
  CHECK(origin.where.line == graph.node(loss.node()).origins.front().where.line);
}

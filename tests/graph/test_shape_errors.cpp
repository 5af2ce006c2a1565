// The table of what is said when an op cannot take its operands: the op, the reason, each operand with its
// shape and scoped name, and the caller's own line.
#include <functional>
#include <vector>

#include "messages.h"
#include <doctest/doctest.h>

#include <heed/graph/graph.h>
#include <heed/ops/attention.h>
#include <heed/ops/cross_entropy.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/gather.h>
#include <heed/ops/layer_norm.h>
#include <heed/ops/matmul.h>
#include <heed/ops/pad.h>
#include <heed/ops/random.h>
#include <heed/ops/reduce.h>
#include <heed/ops/softmax.h>
#include <heed/ops/topk.h>
#include <heed/ops/views.h>

using namespace heed;
using namespace heed::test;

namespace {

// Makes operands in the scope "model".
class Operands {
 public:
  explicit Operands(Graph& graph) : graph_(graph), scope_(graph.scope("model")) {}
  Tensor operator()(const std::string& name, const Shape& shape, DType dtype = DType::f32) {
    return graph_.input(name, dtype, shape);
  }

 private:
  Graph& graph_;
  Graph::Scope scope_;
};

struct Row {
  std::function<void(Operands&)> call;
  std::string line;  // of the call
  std::string message;
};

// The line of `here()` as an argument is the line on which each row begins and calls its op.
const std::vector<Row>& rows() {
  // clang-format off
  static const std::vector<Row> table = {
      {[](Operands& of) { matmul(of("a", {2, 3}), of("b", {4, 5})); }, here(),
       "matmul: inner dimensions differ: 3 and 4\n"
       "  a          f32[2, 3]            model/a\n"
       "  b          f32[4, 5]            model/b"},
      {[](Operands& of) { matmul(of("a", {2, 3}), of("b", {5, 3})); }, here(),
       "matmul: inner dimensions differ: 3 and 5; b fits if transpose_b is changed\n"
       "  a          f32[2, 3]            model/a\n"
       "  b          f32[5, 3]            model/b"},
      {[](Operands& of) { matmul(of("a", {3}), of("b", {3, 2})); }, here(),
       "matmul: both operands need at least two dimensions\n"
       "  a          f32[3]               model/a\n"
       "  b          f32[3, 2]            model/b"},
      {[](Operands& of) { matmul(of("a", {2, 3}), of("b", {3, 2}), {.accumulate = of("c", {2})}); }, here(),
       "matmul: the accumulate operand must be f32[2, 2], not f32[2]\n"
       "  a          f32[2, 3]            model/a\n"
       "  b          f32[3, 2]            model/b\n"
       "  accumulate f32[2]               model/c"},
      {[](Operands& of) { add(of("a", {2, 3}), of("b", {4, 3})); }, here(),
       "add: shapes [2, 3] and [4, 3] do not broadcast: 2 and 4 at axis -2\n"
       "  input 0    f32[2, 3]            model/a\n"
       "  input 1    f32[4, 3]            model/b"},
      {[](Operands& of) { of("a", {2}) * of("b", {3}); }, here(),
       "multiply: shapes [2] and [3] do not broadcast: 2 and 3 at axis -1\n"
       "  input 0    f32[2]               model/a\n"
       "  input 1    f32[3]               model/b"},
      {[](Operands& of) { add(of("a", {2}), of("b", {2}, DType::f64)); }, here(),
       "add: model/a f32[2] and model/b f64[2] differ in type; cast one of them"},
      {[](Operands& of) { sum(of("x", {2, 3}), {2}); }, here(),
       "sum: axis 2 is outside a tensor of rank 2\n"
       "  x model/x f32[2, 3]"},
      {[](Operands& of) { reduce_max(of("x", {2, 3}), {-3}); }, here(),
       "reduce_max: axis -3 is outside a tensor of rank 2\n"
       "  x model/x f32[2, 3]"},
      {[](Operands& of) { softmax(of("x", {2, 3}), 2); }, here(),
       "softmax: axis 2 is outside a tensor of rank 2\n"
       "  input 0    f32[2, 3]            model/x"},
      {[](Operands& of) { reshape(of("x", {2, 3}), {4, 2}); }, here(),
       "reshape: [2, 3] has 6 elements, [4, 2] has 8\n"
       "  input 0    f32[2, 3]            model/x"},
      {[](Operands& of) { transpose(of("x", {2, 3}), {0, 0}); }, here(),
       "transpose: order must name each of the 2 axes once\n"
       "  input 0    f32[2, 3]            model/x"},
      {[](Operands& of) { broadcast_to(of("x", {2, 3}), {4, 3}); }, here(),
       "broadcast: [2, 3] does not broadcast to [4, 3]\n"
       "  input 0    f32[2, 3]            model/x"},
      {[](Operands& of) { slice(of("x", {2, 3}), 1, 2, 2); }, here(),
       "slice: axis 1 of size 3 has no 2 elements from 2 in steps of 1\n"
       "  input 0    f32[2, 3]            model/x"},
      {[](Operands& of) { concatenate(Tensors{of("a", {2, 3}), of("b", {2, 4})}, 0); }, here(),
       "concatenate: f32[2, 3] and f32[2, 4] differ outside axis 0\n"
       "  input 0    f32[2, 3]            model/a\n"
       "  input 1    f32[2, 4]            model/b"},
      {[](Operands& of) { gather_rows(of("table", {9, 4}), of("indices", {2})); }, here(),
       "gather_rows: indices must be i32, not f32\n"
       "  table      f32[9, 4]            model/table\n"
       "  indices    f32[2]               model/indices"},
      {[](Operands& of) { layer_norm(of("x", {2, 4}), of("gain", {3}), of("bias", {4})); }, here(),
       "layer_norm: gain must be f32[4], not f32[3]\n"
       "  x          f32[2, 4]            model/x\n"
       "  gain       f32[3]               model/gain\n"
       "  bias       f32[4]               model/bias"},
      {[](Operands& of) { cross_entropy(of("logits", {2, 7}), of("targets", {3}, DType::i32)); }, here(),
       "cross_entropy: targets must be i32[2], not i32[3]\n"
       "  logits     f32[2, 7]            model/logits\n"
       "  targets    i32[3]               model/targets"},
      {[](Operands& of) { attention(of("q", {2, 5, 1, 4}), of("k", {2, 6, 1, 3}), of("v", {2, 6, 1, 4}), {}); }, here(),
       "attention: keys and values must both be f32[2, 6, 1, 4] to go with these queries\n"
       "  queries    f32[2, 5, 1, 4]      model/q\n"
       "  keys       f32[2, 6, 1, 3]      model/k\n"
       "  values     f32[2, 6, 1, 4]      model/v"},
      {[](Operands& of) { top_k(of("x", {2, 3}), 4); }, here(),
       "top_k: k must be in [1, 3], not 4\n"
       "  input 0    f32[2, 3]            model/x"},
      {[](Operands& of) { bit_and(of("x", {2}), of("y", {2})); }, here(),
       "bit_and: operand 0 must be u32, not model/x f32[2]"},
      {[](Operands& of) { exp(of("x", {2}, DType::i32)); }, here(),
       "exp: operand 0 must be floating-point, not model/x i32[2]"},
      {[](Operands& of) { select(of("x", {2}), of("y", {2}), 0); }, here(),
       "select: operand 0 must be a boolean, not model/x f32[2]"},
      {[](Operands& of) { dropout(of("x", {2}), 1); }, here(),
       "dropout: rate must be in [0, 1), not 1\n"
       "  x          f32[2]               model/x\n"
       "  key        u32[4]               model/random_key"},
      {[](Operands& of) { dropout(of("x", {2}, DType::i32), 0.5); }, here(),
       "dropout: x must be floating-point\n"
       "  x          i32[2]               model/x\n"
       "  key        u32[4]               model/random_key"},
  };
  // clang-format on
  return table;
}

}  // namespace

TEST_CASE("an op that cannot take its operands says which, why and where") {
  for (const Row& row : rows()) {
    Graph graph;
    Operands operands(graph);
    CHECK(message_of([&] { row.call(operands); }) == row.message + "\n  at " + row.line);
  }
}

TEST_CASE("every operator and number in an expression keeps the caller's line") {
  Graph graph;
  const Tensor a = graph.input("a", DType::f32, {2});
  const Tensor b = graph.input("b", DType::f32, {3});
  const auto ends_here = [](const std::string& message, const std::string& line) {
    return message.ends_with("\n  at " + line);
  };
  CHECK(ends_here(message_of([&] { a + b; }), here()));
  CHECK(ends_here(message_of([&] { a - b; }), here()));
  CHECK(ends_here(message_of([&] { a / b; }), here()));
  CHECK(ends_here(message_of([&] { less(a, b); }), here()));
  CHECK(ends_here(message_of([&] { select(less(a, 0), a, b); }), here()));
  CHECK(ends_here(message_of([&] { 2 * a + tanh(b); }), here()));
}

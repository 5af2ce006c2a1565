// The first program: a small network learns the exclusive or of two bits.
#include <fmt/format.h>

#include <heed/autodiff/gradients.h>
#include <heed/backends/executable.h>
#include <heed/graph/print.h>
#include <heed/models/training/optimizer.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/matmul.h>
#include <heed/ops/reduce.h>

using namespace heed;

int main(int argc, char**) {
  Graph graph;
  Tensor bits = graph.input("bits", DType::f32, {4, 2});
  Tensor answer = graph.input("answer", DType::f32, {4, 1});

  Tensor w1 = graph.variable("w1", DType::f32, {2, 8}, glorot_uniform(2, 8));
  Tensor b1 = graph.variable("b1", DType::f32, {8}, zeros());
  Tensor w2 = graph.variable("w2", DType::f32, {8, 1}, glorot_uniform(8, 1));
  Tensor hidden = tanh(matmul(bits, w1) + b1);
  Tensor guess = sigmoid(matmul(hidden, w2));
  Tensor loss = mean(square(guess - answer));
  if (argc > 1) return fmt::print("{}", to_dot(graph)), 0;  // any argument: draw the graph instead

  Updates step = adam(graph.variables(), gradients(loss, graph.variables()), {.fixed_rate = 0.05});
  Variables variables(open_backend(backend_names().front()), /*seed=*/1);
  Executable train = compile({loss}, step, variables);
  Executable ask = compile({guess}, variables);

  const Array questions({4, 2}, std::vector<float>{0, 0, 0, 1, 1, 0, 1, 1});
  const Array answers({4, 1}, std::vector<float>{0, 1, 1, 0});
  for (int i = 1; i <= 500; ++i) {
    train.run({{bits, questions}, {answer, answers}});
    if (i % 100 == 0) fmt::print("step {}  loss {:.5f}\n", i, train.scalar(loss));
  }
  ask.run({{bits, questions}});
  for (int i = 0; i < 4; ++i) fmt::print("{} xor {} = {:.2f}\n", i / 2, i % 2, ask.value(guess).number(i));
}

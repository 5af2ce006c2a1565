// Scaled dot-product attention (Vaswani et al. 2017) learns to look things up: among pairs of a name and a
// letter it is asked for names and should answer with their letters. There is no order, no recurrence: only
// Q, K and V.
#include "letters.h"

#include <heed/autodiff/gradients.h>
#include <heed/backends/executable.h>
#include <heed/models/attention/vaswani.h>
#include <heed/models/layers.h>
#include <heed/models/training/optimizer.h>
#include <heed/ops/cross_entropy.h>
#include <heed/ops/gather.h>
#include <heed/ops/reduce.h>
#include <heed/ops/views.h>

using namespace heed;

int main() {
  constexpr std::int64_t batch = 32, pairs = 8, questions = 5, symbols = 16, width = 32;
  Graph graph;
  const Tensor names = graph.input("names", DType::i32, {batch, pairs});
  const Tensor letters = graph.input("letters", DType::i32, {batch, pairs});
  const Tensor asked = graph.input("asked", DType::i32, {batch, questions});
  const Tensor answers = graph.input("answers", DType::i32, {batch, questions});

  const auto table = [&](const char* name) {
    return graph.variable(name, DType::f32, {symbols, width}, normal_with(0, 0.3));
  };
  const auto one_head = [](Tensor x) { return insert_axis(x, 2); };  // [B, L, d] to [B, L, 1, d]
  const AttendedHeads seen =
      scaled_dot_product(one_head(embedding(table("W_Q"), asked)), one_head(embedding(table("W_K"), names)),
                         one_head(embedding(table("W_V"), letters)));
  const Linear output(graph, "output", width, symbols);
  const Tensor loss = mean(cross_entropy(output(reshape(seen.context, {batch, questions, width})), answers));
  const Tensor weights = reshape(seen.weights, {batch, questions, pairs});

  Updates step = adam(graph.variables(), gradients(loss, graph.variables()), {.fixed_rate = 1e-2});
  Variables variables(open_backend(backend_names().front()), /*seed=*/1);
  Executable train = compile({loss, weights}, step, variables);
  Draws draws(1);
  Array some_names(DType::i32, {batch, pairs}), some_letters = some_names;
  Array some_asked(DType::i32, {batch, questions}), some_answers = some_asked, places = some_asked;
  for (int i = 1; i <= 600; ++i) {
    draw_letters(some_letters, symbols, draws);
    for (std::int64_t k = 0; k < batch * pairs; ++k)  // in a row of pairs all names are different
      some_names.set_number(k, double((k / pairs * i + 5 * k) % symbols));
    for (std::int64_t k = 0; k < batch * questions; ++k) {
      places.set_number(k, double(draws.between(0, pairs - 1)));
      const std::int64_t at = k / questions * pairs + std::int64_t(places.number(k));
      some_asked.set_number(k, some_names.number(at));
      some_answers.set_number(k, some_letters.number(at));
    }
    train.run({{names, some_names}, {letters, some_letters}, {asked, some_asked}, {answers, some_answers}});
    if (i % 200 == 0) fmt::print("step {}  loss {:.3f}\n", i, train.scalar(loss));
  }
  draw_weights(train.value(weights), some_names, some_asked);
  const auto right = [&](std::int64_t b, std::int64_t t) {
    return std::int64_t(places.number(b * questions + t));
  };
  fmt::print("{:.1f} % look at the name that was asked for\n", aligned_share(train.value(weights), right));
}

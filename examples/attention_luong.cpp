// Local attention with a predicted position (local-p, Luong et al. 2015) learns to copy a sequence: the model
// has to learn where to look, p_t, and the window around it does the rest.
#include "letters.h"

#include <heed/autodiff/gradients.h>
#include <heed/backends/executable.h>
#include <heed/models/attention/luong.h>
#include <heed/models/layers.h>
#include <heed/models/recurrent/lstm.h>
#include <heed/models/training/optimizer.h>
#include <heed/ops/cross_entropy.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/gather.h>
#include <heed/ops/pad.h>
#include <heed/ops/random.h>
#include <heed/ops/reduce.h>
#include <heed/ops/views.h>

using namespace heed;

int main() {
  constexpr std::int64_t batch = 32, length = 8, letters = 12, width = 32;
  Graph graph;
  const Tensor source = graph.input("source", DType::i32, {batch, length});
  const Tensor target = graph.input("target", DType::i32, {batch, length});
  const Tensor lengths = graph.constant(Array({batch}, std::vector<std::int32_t>(batch, length)));
  const Tensor times = iota(graph, {DType::i32, {length}}, 0);

  const Tensor table = graph.variable("table", DType::f32, {letters, width}, normal_with(0, 0.5));
  const LstmLayer encoder(graph, "encoder", {.in = width, .units = width});
  const LstmLayer decoder(graph, "decoder", {.in = width, .units = width});
  const LuongAttention attention(
      graph, "attention",
      {.score = LuongScore::general, .window = LuongWindow::local_p, .units = width, .half_width = 2});
  const Linear attentional(graph, "attentional", 2 * width, width), output(graph, "output", width, letters);

  const auto read = encoder(embedding(table, swap_axes(source, 0, 1)));
  // The decoder hears the letter before the one it is to write; before the first it hears nothing.
  const Tensor said =
      pad(slice(embedding(table, swap_axes(target, 0, 1)), 0, 0, length - 1), {{1, 0}, {}, {}});
  const Tensor h = swap_axes(decoder(said, {}, Direction::forward, read.last).states, 0, 1);  // h_t [B, T, n]
  const Attended seen = attention(h, times, attention.project(swap_axes(read.states, 0, 1), lengths));
  const Tensor vector = tanh(attentional(concatenate(Tensors{seen.context, h}, 2)));  // eq. 5
  const Tensor loss = mean(cross_entropy(output(vector), target));

  Updates step = adam(graph.variables(), gradients(loss, graph.variables()), {.fixed_rate = 5e-3});
  Variables variables(open_backend(backend_names().front()), /*seed=*/1);
  Executable train = compile({loss, seen.weights}, step, variables);
  Draws draws(1);
  Array letters_read(DType::i32, {batch, length});
  for (int i = 1; i <= 800; ++i) {
    draw_letters(letters_read, letters, draws);
    train.run({{source, letters_read}, {target, letters_read}});
    if (i % 200 == 0) fmt::print("step {}  loss {:.3f}\n", i, train.scalar(loss));
  }
  draw_weights(train.value(seen.weights), letters_read, letters_read);
  const auto right = [](std::int64_t, std::int64_t t) { return t; };
  fmt::print("{:.1f} % look at the letter they copy\n", aligned_share(train.value(seen.weights), right));
}

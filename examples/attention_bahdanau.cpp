// Additive attention (Bahdanau et al. 2014) learns to say a sequence backwards: each letter that is written
// should look at the one it repeats, from the last to the first.
#include "letters.h"

#include <heed/autodiff/gradients.h>
#include <heed/backends/executable.h>
#include <heed/models/attention/bahdanau.h>
#include <heed/models/layers.h>
#include <heed/models/recurrent/bidirectional.h>
#include <heed/models/recurrent/gru.h>
#include <heed/models/training/optimizer.h>
#include <heed/ops/cross_entropy.h>
#include <heed/ops/gather.h>
#include <heed/ops/pad.h>
#include <heed/ops/reduce.h>
#include <heed/ops/views.h>

using namespace heed;

int main() {
  constexpr std::int64_t batch = 32, length = 7, letters = 12, width = 32;
  Graph graph;
  const Tensor source = graph.input("source", DType::i32, {batch, length});
  const Tensor target = graph.input("target", DType::i32, {batch, length});
  const Tensor lengths = graph.constant(Array({batch}, std::vector<std::int32_t>(batch, length)));

  const Tensor table = graph.variable("table", DType::f32, {letters, width}, normal_with(0, 0.5));
  const Bidirectional<GruLayer> encoder(graph, "encoder", {.in = width, .units = width});
  const GruLayer decoder(graph, "decoder", {.in = 2 * width, .units = width});
  const BahdanauAttention attention(graph, "attention", {width, 2 * width, width});
  const Linear output(graph, "output", 3 * width, letters);
  const auto annotations = encoder(embedding(table, swap_axes(source, 0, 1)));
  const auto memory = attention.project(swap_axes(annotations.states, 0, 1), lengths);
  Tensor state = annotations.backward_last;
  Tensors losses, weights;
  for (const Tensor& letter : unstack(swap_axes(target, 0, 1))) {
    const Attended seen = attention(insert_axis(state, 1), memory);  // c_i from s_(i-1)
    const Tensor context = reshape(seen.context, {batch, 2 * width});
    state = decoder.step(decoder.project(context), state);  // s_i
    losses.push_back(cross_entropy(output(concatenate(Tensors{state, context}, 1)), letter));
    weights.push_back(seen.weights);
  }
  const Tensor loss = mean(stack(losses)), all_weights = concatenate(weights, 1);
  Updates step = adam(graph.variables(), gradients(loss, graph.variables()), {.fixed_rate = 5e-3});
  Variables variables(open_backend(backend_names().front()), /*seed=*/1);
  Executable train = compile({loss, all_weights}, step, variables);
  Draws draws(1);
  Array read(DType::i32, {batch, length}), written = read;
  for (int i = 1; i <= 400; ++i) {
    draw_letters(read, letters, draws);
    for (std::int64_t k = 0; k < batch * length; ++k)
      written.set_number(k, read.number(k / length * length + length - 1 - k % length));
    train.run({{source, read}, {target, written}});
    if (i % 100 == 0) fmt::print("step {}  loss {:.3f}\n", i, train.scalar(loss));
  }
  draw_weights(train.value(all_weights), read, written);
  const auto right = [](std::int64_t, std::int64_t t) { return length - 1 - t; };
  fmt::print("{:.1f} % look at the letter they repeat\n", aligned_share(train.value(all_weights), right));
}

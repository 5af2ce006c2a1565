// What the recurrent layers share: options, directions, and masks by lengths.
#pragma once

#include <optional>

#include <heed/graph/graph.h>
#include <heed/ops/split.h>

namespace heed {

// Where a GRU's reset gate acts: on the state, as in the papers, or on its product with the matrix, as in
// PyTorch and cuDNN, which makes three products one.
enum class ResetGate : std::uint8_t { before_product, after_product };

struct RecurrentOptions {
  std::int64_t in = 0;     // width of the inputs
  std::int64_t units = 0;  // n, width of the states
  bool bias = true;        // of the gates and the candidate, zero at first
  // A second bias, of the products on the state, zero at first. It changes what a GRU can compute where its
  // reset gate acts behind the product, and nothing else; other libraries count it among their parameters.
  bool state_bias = false;
  ResetGate reset = ResetGate::before_product;  // GRU
  double forget_bias = 0;                       // first value of the forget gate's bias (LSTM)
  // Of the matrices on the inputs and on the states; none: Glorot-uniform by the sizes of one gate.
  std::optional<Initializer> input_initializer{};
  std::optional<Initializer> state_initializer{};
  DType dtype = DType::f32;
};

enum class Direction : std::uint8_t { forward, backward };

// Of `steps` time steps the mask of rows that are still alive, [B, 1] of booleans each: row b is alive at
// step t < lengths[b]. lengths: [B] of i32.
Tensors alive_steps(Tensor lengths, std::int64_t steps, Where where = Where::current());

// Zeros [B, units] for a batch of time-major inputs [S, B, ...].
Tensor zero_state(Tensor inputs, std::int64_t units, Where where = Where::current());

// A matrix [in, gates * units] for `gates` gates side by side, whose default is Glorot-uniform of one gate.
Tensor gate_matrix(Graph& graph, const std::string& name, const TensorType& type, std::int64_t gates,
                   const std::optional<Initializer>& initializer, Where where);

// The states' outputs of all steps [S, B, n] and the state after the last one in the direction taken.
template <typename State>
struct Unrolled {
  Tensor states;
  State last;
};

// One step after the other: step(projected [B, ...], state, alive) -> state, of which output(state) is kept.
// projected: [S, B, ...], what the inputs of each step contribute; lengths as in alive_steps, or none.
template <typename State, typename Step, typename Output>
Unrolled<State> unroll(Tensor projected, Tensor lengths, Direction direction, State state, const Step& step,
                       const Output& output) {
  const Tensors parts = unstack(projected);
  const std::size_t steps = parts.size();
  const Tensors alive = lengths ? alive_steps(lengths, projected.shape()[0]) : Tensors(steps);
  Tensors states(steps);
  for (std::size_t i = 0; i < steps; ++i) {
    const std::size_t t = direction == Direction::forward ? i : steps - 1 - i;
    state = step(parts[t], state, alive[t]);
    states[t] = output(state);
  }
  return {stack(states), state};
}

// Throws Error, naming `layer`, unless inputs are [S, B, in].
void require_time_major(const std::string& layer, Tensor inputs, std::int64_t in, Where where);

}  // namespace heed

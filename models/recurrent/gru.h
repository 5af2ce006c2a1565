// A layer of gated recurrent units, unrolled over time (Bahdanau et al. 2014, appendix A.1.1).
#pragma once

#include <string>

#include <heed/models/recurrent/sequence.h>

namespace heed {

// The matrices on the inputs are one, NAME/input_weight [in, 3n] with NAME/input_bias [3n], for update gate,
// reset gate and candidate in that order; those on the state are NAME/gate_weight [n, 2n] and
// NAME/candidate_weight [n, n], or, with the reset gate behind the product, NAME/state_weight [n, 3n] with
// NAME/state_bias [3n] if asked for.
class GruLayer {
 public:
  using State = Tensor;  // h [B, n]

  GruLayer(Graph& graph, const std::string& name, const RecurrentOptions& options,
           Where where = Where::current());

  std::int64_t units() const { return units_; }

  // inputs [S, B, in], lengths [B] of i32 (none: all steps are alive), initial state (none: zeros)
  // -> the states of all steps [S, B, n] and the last one. Beyond a row's length its state is carried
  // through unchanged; backwards, a row starts at its own last input.
  using Result = Unrolled<State>;
  Result operator()(Tensor inputs, Tensor lengths = {}, Direction direction = Direction::forward,
                    State initial = {}, Where where = Where::current()) const;

  // What inputs [..., in] contribute to gates and candidate: [..., 3n].
  Tensor project(Tensor inputs, Where where = Where::current()) const;

  // One step by hand, for decoders: see gru_cell and gru_cell_reset_after.
  State step(Tensor projected, State state, Tensor alive = {}, Where where = Where::current()) const;

 private:
  std::string name_;
  std::int64_t in_, units_;
  Tensor input_weight_, input_bias_;
  Tensor gate_weight_, candidate_weight_;  // with the reset gate before the product
  Tensor state_weight_, state_bias_;       // with the reset gate behind it
};

}  // namespace heed

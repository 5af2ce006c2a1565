// A layer of long short-term memory, unrolled over time (Luong et al. 2015; without peepholes).
#pragma once

#include <string>

#include <heed/models/recurrent/sequence.h>
#include <heed/ops/recurrent.h>

namespace heed {

// NAME/input_weight [in, 4n] with NAME/input_bias [4n], and NAME/state_weight [n, 4n], with NAME/state_bias
// [4n] if asked for; the gates stand in the order input, forget, output, candidate.
class LstmLayer {
 public:
  using State = LstmState;  // h and c, [B, n] each

  LstmLayer(Graph& graph, const std::string& name, const RecurrentOptions& options,
            Where where = Where::current());

  std::int64_t units() const { return units_; }

  // inputs [S, B, in], lengths [B] of i32 (none: all steps are alive), initial state (none: zeros)
  // -> the outputs h of all steps [S, B, n] and the last state. Beyond a row's length its state is carried
  // through unchanged; backwards, a row starts at its own last input.
  using Result = Unrolled<State>;
  Result operator()(Tensor inputs, Tensor lengths = {}, Direction direction = Direction::forward,
                    State initial = {}, Where where = Where::current()) const;

  // What inputs [..., in] contribute to gates and candidate: [..., 4n].
  Tensor project(Tensor inputs, Where where = Where::current()) const;

  // One step by hand, for decoders: see lstm_cell.
  State step(Tensor projected, const State& state, Tensor alive = {}, Where where = Where::current()) const;

 private:
  std::string name_;
  std::int64_t in_, units_;
  Tensor input_weight_, input_bias_, state_weight_, state_bias_;
};

}  // namespace heed

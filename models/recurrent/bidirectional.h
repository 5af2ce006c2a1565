// A recurrent layer in both directions: states read from the left and from the right, side by side.
#pragma once

#include <string>

#include <heed/models/recurrent/sequence.h>
#include <heed/ops/pad.h>

namespace heed {

// Two layers of their own variables, NAME/forward and NAME/backward. Layer: GruLayer or LstmLayer.
template <typename Layer>
class Bidirectional {
 public:
  Bidirectional(Graph& graph, const std::string& name, const RecurrentOptions& options,
                Where where = Where::current())
      : forward_(graph, name + "/forward", options, where),
        backward_(graph, name + "/backward", options, where) {}

  // inputs [S, B, in], lengths [B] of i32 (none: all steps are alive) -> [h_forward; h_backward] of every
  // step [S, B, 2n]; the forward state after the last word, the backward state after the first.
  struct Result {
    Tensor states;
    typename Layer::State forward_last, backward_last;
  };
  Result operator()(Tensor inputs, Tensor lengths = {}, Where where = Where::current()) const {
    const auto ahead = forward_(inputs, lengths, Direction::forward, {}, where);
    const auto back = backward_(inputs, lengths, Direction::backward, {}, where);
    const Tensor both[] = {ahead.states, back.states};
    return {concatenate(both, 2, where), ahead.last, back.last};
  }

 private:
  Layer forward_, backward_;
};

}  // namespace heed

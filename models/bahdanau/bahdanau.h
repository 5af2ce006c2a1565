// RNNsearch, the model of Bahdanau, Cho and Bengio 2014: a bidirectional recurrent encoder, additive
// attention, a recurrent decoder with a maxout output. Without attention it is RNNencdec, its foil (Cho et
// al. 2014). Sections and symbols are those of the paper's appendix A. Weights are written [in, out], and
// biases stand where the authors' code has some: at the cells' inputs, the first state and the output's first
// layer.
#pragma once

#include <optional>

#include <heed/models/attention/bahdanau.h>
#include <heed/models/bahdanau/config.h>
#include <heed/models/recurrent/bidirectional.h>
#include <heed/models/recurrent/gru.h>
#include <heed/models/translation_model.h>

namespace heed {

class BahdanauModel final : public RecurrentModel {
 public:
  BahdanauModel(Graph& graph, const BahdanauConfig& config, Where where = Where::current());

  Tensor scores(Tensor source, Tensor source_lengths, Tensor target_input,
                Where where = Where::current()) override;
  Tensors attention_weights(Where where = Where::current()) override;
  States states(Where where = Where::current()) override;
  Encoded encode(Tensor source, Tensor source_lengths, Where where = Where::current()) override;
  StepResult step(const StepInputs& inputs, Where where = Where::current()) override;

 private:
  // What the decoder looks at: annotations by attention, or one context for all words.
  struct Memory {
    BahdanauAttention::Memory annotations;
    Tensor context;  // [B, n], without attention
  };
  struct State {
    Tensor s;        // [B * K, n]
    Tensor context;  // [B * K, 2n], the last one; variant c needs it
  };
  struct Read {
    Memory memory;
    State state;
  };
  // One step of the decoder: the state that the output reads, and what was looked at, a context [B * K, 2n].
  struct Advanced {
    State next;
    Tensor s;
    Attended seen;
  };

  Read read(Tensor source, Tensor source_lengths);
  Attended look(Tensor s, const Memory& memory) const;
  Tensor update(Tensor projected, Tensor s, Tensor context, Tensor alive = {}) const;
  Advanced advance(Tensor projected, const State& state, const Memory& memory, Tensor started) const;
  Tensor hidden(Tensor s, Tensor words, Tensor context) const;  // t_i [..., l]
  Tensor output(Tensor hidden) const;                           // [..., l] -> [..., V]
  bool keeps_context() const;

  Graph& graph_;
  BahdanauConfig config_;
  Tensor source_embedding_, embedding_;
  Bidirectional<GruLayer> encoder_;
  GruLayer decoder_;
  std::optional<BahdanauAttention> attention_;
  Tensor C_;                      // [2n, 3n]: contexts' share of gates and candidate
  Tensor W_s_, b_s_;              // of the first state
  Tensor U_o_, V_o_, C_o_, b_o_;  // of the maxout layer
  Tensor W_o_;                    // [l, V]; names nothing where it is the embedding
  // Of the last scores():
  std::vector<Attended> seen_;  // of each word, with attention
  Tensor annotations_;          // [S, B, 2n]
  Tensor states_;               // [T, B, n]
  Tensor contexts_;             // [T, B, 2n]
};

}  // namespace heed

// The model of Luong, Pham and Manning 2015: stacked LSTMs on both sides, of which the decoder starts where
// the encoder ended, layer by layer; the states of the top layers meet in an attention. Order of a step: h_t,
// then a_t, c_t, and the attentional vector (eq. 5, 6)
//
//   h~_t = tanh(W_c [c_t; h_t])      p(y_t) = softmax(W_s h~_t)
//
// Weights are written [in, out]. Without attention, words are scored from h_t.
#pragma once

#include <optional>
#include <vector>

#include <heed/models/attention/luong.h>
#include <heed/models/luong/config.h>
#include <heed/models/recurrent/lstm.h>
#include <heed/models/translation_model.h>

namespace heed {

class LuongModel final : public RecurrentModel {
 public:
  LuongModel(Graph& graph, const LuongConfig& config, Where where = Where::current());

  Tensor scores(Tensor source, Tensor source_lengths, Tensor target_input,
                Where where = Where::current()) override;
  Tensors attention_weights(Where where = Where::current()) override;
  States states(Where where = Where::current()) override;
  Encoded encode(Tensor source, Tensor source_lengths, Where where = Where::current()) override;
  StepResult step(const StepInputs& inputs, Where where = Where::current()) override;

 private:
  struct State {
    std::vector<LstmState> layers;
    Tensor fed;  // h~ of the step before [B * K, n], with input feeding
  };
  struct Read {
    std::optional<LuongAttention::Memory> memory;
    State state;
  };
  struct Attentional {
    Tensor vectors;  // h~ [..., n]
    Attended seen;   // contexts [B, T, n] and weights [B, T, S]; names nothing without attention
  };

  Read read(Tensor source, Tensor source_lengths);
  Tensor drop(Tensor x, const char* name) const;
  Tensor advance(Tensor projected, State& state) const;  // h_t of the top layer
  // states h_t [B, T, n] at positions [T].
  Attentional attend(Tensor states, Tensor positions, const Read& read) const;
  Tensors fed_vectors(Tensor projected, const Read& read);      // one step after the other: h~ [B, n] each
  Tensor unfed_vectors(Tensor target_words, const Read& read);  // all at once: h~ [B, T, n]
  Tensor output(Tensor vectors) const;                          // [..., n] -> [..., V]

  Graph& graph_;
  LuongConfig config_;
  Tensor source_embedding_, embedding_;
  std::vector<LstmLayer> encoder_, decoder_;
  Tensor W_fed_;  // [n, 4n]: the fed vector's share of the first layer's gates
  std::optional<LuongAttention> attention_;
  Tensor W_c_of_context_, W_c_of_state_;  // [n, n] each: the halves of W_c
  Tensor W_s_;                            // [n, V]; names nothing where it is the embedding
  // Of the last scores():
  std::vector<Attended> seen_;  // of each step, or of all T at once
  Tensor encoder_states_;       // of the top layer [S, B, n]
  Tensor decoder_states_;       // the same [T, B, n]
};

}  // namespace heed

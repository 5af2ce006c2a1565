// The Transformer of Vaswani et al. 2017, "Attention is all you need": post-norm, sinusoidal positions, one
// matrix for both embeddings and the output.
#pragma once

#include <string>
#include <vector>

#include <heed/graph/graph.h>
#include <heed/models/attention/multi_head.h>
#include <heed/models/layers.h>
#include <heed/models/transformer/config.h>
#include <heed/models/translation_model.h>

namespace heed {

// Section 3.5: PE(pos, 2i) = sin(pos / 10000^(2i/d)), PE(pos, 2i+1) = cos(same). [length, width].
Array sinusoidal_positions(std::int64_t length, std::int64_t width, DType dtype);

// One model in one graph. Building two of the same configuration in two graphs gives the same variables.
class Transformer final : public TranslationModel {
 public:
  Transformer(Graph& graph, const TransformerConfig& config, Where where = Where::current());

  const TransformerConfig& config() const { return config_; }

  Tensor scores(Tensor source, Tensor source_lengths, Tensor target_input,
                Where where = Where::current()) override;

  // source [B, S] and source_lengths [B] of i32 -> memory [B, S, d].
  Tensor encode(Tensor source, Tensor source_lengths, Where where = Where::current());

  // target_input [B, T] of i32, shifted right; -> decoder output [B, T, d].
  Tensor decode(Tensor target_input, Tensor memory, Tensor source_lengths, Where where = Where::current());

  // [..., d] -> scores of the words [..., V].
  Tensor logits(Tensor decoded, Where where = Where::current());

  // What one decoder layer attends to while decoding word by word.
  struct LayerCache {
    MultiHeadAttention::KeysValues self;   // [B * K, L, h, d_k]: the words so far, and room for the rest
    MultiHeadAttention::KeysValues cross;  // [B, S, h, d_k]: the source, projected once
  };
  // The cross part of every layer's cache, from the encoder's output.
  std::vector<MultiHeadAttention::KeysValues> project_memory(Tensor memory, Where where = Where::current());

  struct StepResult {
    Tensor decoded;                                    // [B, K, d]
    std::vector<MultiHeadAttention::KeysValues> self;  // the caches with this word's keys and values
    Tensor cross_weights;                              // [B, h, K, S] of the last layer
  };
  // All of i32: words [B, K], the last ones of K hypotheses for each of B sentences; position, a scalar, from
  // 0; cache_rows [B * K, L], in which row of the caches each earlier word of a hypothesis is kept;
  // source_lengths [B].
  struct StepInputs {
    Tensor words, position, cache_rows, source_lengths;
  };
  // The next word of every hypothesis; its keys and values are kept in the hypothesis' own row. The source is
  // kept once for a sentence.
  StepResult decode_step(const StepInputs& inputs, const std::vector<LayerCache>& caches,
                         Where where = Where::current());

  // The weights of every attention of the last encode() and decode(), [B, h, T, S], as tensors called
  // encoder/0/self/weights, decoder/0/self/weights and decoder/0/cross/weights for the first layer, and so
  // on.
  Tensors attention_weights(Where where = Where::current()) override;

  // What both stacks of layers put out in the last encode() and decode(); there is no one context.
  States states(Where where = Where::current()) override;

  // Outputs of single layers, as the last encode() or decode() made them.
  const Tensors& encoder_layers() const { return encoder_outputs_; }
  const Tensors& decoder_layers() const { return decoder_outputs_; }

 private:
  struct EncoderLayer {
    EncoderLayer(Graph& graph, const std::string& name, const TransformerConfig& config, Where where);
    MultiHeadAttention self;
    NormLayer self_norm;
    FeedForward feed_forward;
    NormLayer feed_forward_norm;
  };
  struct DecoderLayer {
    DecoderLayer(Graph& graph, const std::string& name, const TransformerConfig& config, Where where);
    MultiHeadAttention self;
    NormLayer self_norm;
    MultiHeadAttention cross;
    NormLayer cross_norm;
    FeedForward feed_forward;
    NormLayer feed_forward_norm;
  };

  // One application of an attention: what its weights can be computed from.
  struct Attended {
    MultiHeadAttention::Result result;
    MultiHeadAttention::KeysValues memory;
    MultiHeadAttention::Visible visible;
  };
  static Attended attend(const MultiHeadAttention& attention, Tensor x, Tensor memory,
                         const MultiHeadAttention::Visible& visible);

  Tensor embed(Tensor table, Tensor words);        // [...] -> [..., d], scaled by sqrt(d)
  Tensor drop(Tensor x, const std::string& name);  // dropout under the open scopes
  Tensor position_table(std::int64_t length);

  Graph& graph_;
  TransformerConfig config_;
  Tensor embedding_;         // of the target, and of the output
  Tensor source_embedding_;  // the same where the vocabulary is shared
  std::vector<EncoderLayer> encoder_;
  std::vector<DecoderLayer> decoder_;
  Tensors encoder_outputs_, decoder_outputs_;
  std::vector<Attended> encoder_self_, decoder_self_, decoder_cross_;  // of the last encode() and decode()
};

}  // namespace heed

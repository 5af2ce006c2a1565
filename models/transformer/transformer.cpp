#include <cmath>
#include <optional>

#include <fmt/format.h>

#include <heed/models/transformer/transformer.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/gather.h>
#include <heed/ops/matmul.h>
#include <heed/ops/random.h>
#include <heed/ops/views.h>

namespace heed {

Array sinusoidal_positions(std::int64_t length, std::int64_t width, DType dtype) {
  Array table(dtype, {length, width});
  for (std::int64_t position = 0; position < length; ++position) {
    for (std::int64_t i = 0; i < width; ++i) {
      const double exponent = static_cast<double>(i / 2 * 2) / static_cast<double>(width);
      const double angle = static_cast<double>(position) / std::pow(10000.0, exponent);
      table.set_number(position * width + i, i % 2 == 0 ? std::sin(angle) : std::cos(angle));
    }
  }
  return table;
}

namespace {

MultiHeadOptions head_options(const TransformerConfig& config) {
  return {config.width, config.heads, config.dtype};
}

}  // namespace

Transformer::EncoderLayer::EncoderLayer(Graph& graph, const std::string& name, const TransformerConfig& c,
                                        Where where)
    : self(graph, name + "/self", head_options(c), where),
      self_norm(graph, name + "/self_norm", c.width, c.norm_epsilon, c.dtype, where),
      feed_forward(graph, name + "/feed_forward", c.width, c.feed_forward, c.dtype, where),
      feed_forward_norm(graph, name + "/feed_forward_norm", c.width, c.norm_epsilon, c.dtype, where) {}

Transformer::DecoderLayer::DecoderLayer(Graph& graph, const std::string& name, const TransformerConfig& c,
                                        Where where)
    : self(graph, name + "/self", head_options(c), where),
      self_norm(graph, name + "/self_norm", c.width, c.norm_epsilon, c.dtype, where),
      cross(graph, name + "/cross", head_options(c), where),
      cross_norm(graph, name + "/cross_norm", c.width, c.norm_epsilon, c.dtype, where),
      feed_forward(graph, name + "/feed_forward", c.width, c.feed_forward, c.dtype, where),
      feed_forward_norm(graph, name + "/feed_forward_norm", c.width, c.norm_epsilon, c.dtype, where) {}

Transformer::Transformer(Graph& graph, const TransformerConfig& config, Where where)
    : graph_(graph), config_(config) {
  const double deviation = 1 / std::sqrt(static_cast<double>(config.width));
  embedding_ = graph.variable("embedding", config.dtype, {config.vocabulary, config.width},
                              normal_with(0, deviation), where);
  source_embedding_ = config.source_vocabulary == 0 ? embedding_
                                                    : graph.variable("source_embedding", config.dtype,
                                                                     {config.source_vocabulary, config.width},
                                                                     normal_with(0, deviation), where);
  for (std::int64_t i = 0; i < config.encoder_layers; ++i) {
    encoder_.emplace_back(graph, fmt::format("encoder/{}", i), config, where);
  }
  for (std::int64_t i = 0; i < config.decoder_layers; ++i) {
    decoder_.emplace_back(graph, fmt::format("decoder/{}", i), config, where);
  }
}

Tensor Transformer::embed(Tensor table, Tensor words) {
  return gather_rows(table, words) * std::sqrt(static_cast<double>(config_.width));
}

Tensor Transformer::drop(Tensor x, const std::string& name) {
  return dropout(x, config_.dropout, name);
}

Tensor Transformer::position_table(std::int64_t length) {
  return graph_.constant(sinusoidal_positions(length, config_.width, config_.dtype));
}

Transformer::Attended Transformer::attend(const MultiHeadAttention& attention, Tensor x, Tensor memory,
                                          const MultiHeadAttention::Visible& visible) {
  const MultiHeadAttention::KeysValues projected = attention.project(memory);
  return {attention(x, projected, visible), projected, visible};
}

Tensor Transformer::encode(Tensor source, Tensor source_lengths, Where where) {
  const auto origin = graph_.at(where);
  const auto scope = graph_.scope("encoder");
  const Tensor embedded =
      graph_.name(embed(source_embedding_, source) + position_table(source.shape()[1]), "embedded");
  Tensor x = drop(embedded, "embedded");  // [B, S, d]
  encoder_outputs_.clear();
  encoder_self_.clear();
  for (std::size_t i = 0; i < encoder_.size(); ++i) {
    const EncoderLayer& layer = encoder_[i];
    const auto layer_scope = graph_.scope(fmt::format("{}", i));
    std::optional<Graph::Recompute> region;
    if (config_.recompute) region.emplace(graph_);
    encoder_self_.push_back(attend(layer.self, x, x, {.key_lengths = source_lengths}));
    x = layer.self_norm(x + drop(encoder_self_[i].result.output, "self"));
    x = layer.feed_forward_norm(x + drop(layer.feed_forward(x), "feed_forward"));
    encoder_outputs_.push_back(x);
  }
  return x;
}

Tensor Transformer::decode(Tensor target_input, Tensor memory, Tensor source_lengths, Where where) {
  const auto origin = graph_.at(where);
  const auto scope = graph_.scope("decoder");
  const Tensor embedded =
      graph_.name(embed(embedding_, target_input) + position_table(target_input.shape()[1]), "embedded");
  Tensor y = drop(embedded, "embedded");  // [B, T, d]
  decoder_outputs_.clear();
  decoder_self_.clear();
  decoder_cross_.clear();
  for (std::size_t i = 0; i < decoder_.size(); ++i) {
    const DecoderLayer& layer = decoder_[i];
    const auto layer_scope = graph_.scope(fmt::format("{}", i));
    std::optional<Graph::Recompute> region;
    if (config_.recompute) region.emplace(graph_);
    decoder_self_.push_back(attend(layer.self, y, y, {.causal = true}));
    y = layer.self_norm(y + drop(decoder_self_[i].result.output, "self"));
    decoder_cross_.push_back(attend(layer.cross, y, memory, {.key_lengths = source_lengths}));
    y = layer.cross_norm(y + drop(decoder_cross_[i].result.output, "cross"));
    y = layer.feed_forward_norm(y + drop(layer.feed_forward(y), "feed_forward"));
    decoder_outputs_.push_back(y);
  }
  return y;
}

Tensor Transformer::logits(Tensor decoded, Where where) {
  return graph_.name(matmul(decoded, embedding_, {.transpose_b = true}, where), "logits");
}

Tensor Transformer::scores(Tensor source, Tensor source_lengths, Tensor target_input, Where where) {
  const auto origin = graph_.at(where);
  const Tensor memory = encode(source, source_lengths);
  return logits(decode(target_input, memory, source_lengths));
}

Tensors Transformer::attention_weights(Where where) {
  const auto origin = graph_.at(where);
  Tensors weights;
  const auto add = [&](const MultiHeadAttention& attention, const Attended& attended) {
    weights.push_back(attention.weights(attended.result, attended.memory, attended.visible));
  };
  for (std::size_t i = 0; i < encoder_self_.size(); ++i) {
    const auto scope = graph_.scope(fmt::format("encoder/{}", i));
    add(encoder_[i].self, encoder_self_[i]);
  }
  for (std::size_t i = 0; i < decoder_self_.size(); ++i) {
    const auto scope = graph_.scope(fmt::format("decoder/{}", i));
    add(decoder_[i].self, decoder_self_[i]);
    add(decoder_[i].cross, decoder_cross_[i]);
  }
  return weights;
}

TranslationModel::States Transformer::states(Where) {
  return {encoder_outputs_.back(), decoder_outputs_.back(), {}, {}};
}

std::vector<MultiHeadAttention::KeysValues> Transformer::project_memory(Tensor memory, Where where) {
  std::vector<MultiHeadAttention::KeysValues> projected;
  for (const DecoderLayer& layer : decoder_) projected.push_back(layer.cross.project(memory, where));
  return projected;
}

Transformer::StepResult Transformer::decode_step(const StepInputs& inputs,
                                                 const std::vector<LayerCache>& caches, Where where) {
  const auto origin = graph_.at(where);
  const std::int64_t rows = inputs.words.shape().elements();
  const std::int64_t longest = caches.front().self.keys.shape()[1];
  const Tensor here = slice_at(position_table(longest), 0, inputs.position, 1);  // [1, d]
  Tensor y = embed(embedding_, inputs.words) + here;                             // [B, K, d]
  const Tensor words_so_far = broadcast_to(reshape(inputs.position + 1.0, {1}), {rows});
  StepResult result;
  for (std::size_t i = 0; i < decoder_.size(); ++i) {
    const DecoderLayer& layer = decoder_[i];
    const Tensor one_by_one = reshape(y, {rows, 1, config_.width});
    const MultiHeadAttention::KeysValues fresh = layer.self.project(one_by_one);
    const MultiHeadAttention::KeysValues words_seen{
        update_at(caches[i].self.keys, 1, inputs.position, fresh.keys),
        update_at(caches[i].self.values, 1, inputs.position, fresh.values)};
    const Tensor self =
        layer.self(one_by_one, words_seen, {.key_lengths = words_so_far, .cache_rows = inputs.cache_rows})
            .output;
    y = layer.self_norm(y + reshape(self, y.shape()));
    const MultiHeadAttention::Visible source{.key_lengths = inputs.source_lengths};
    const auto cross = layer.cross(y, caches[i].cross, source);
    y = layer.cross_norm(y + cross.output);
    y = layer.feed_forward_norm(y + layer.feed_forward(y));
    result.self.push_back(words_seen);
    if (i + 1 == decoder_.size()) result.cross_weights = layer.cross.weights(cross, caches[i].cross, source);
  }
  result.decoded = y;
  return result;
}

}  // namespace heed

#include "work.h"

namespace heed::bench {

namespace {

// Parameters that are used at each source and at each target position.
struct PositionParameters {
  double source, target;
};

PositionParameters position_parameters(const TransformerConfig& config) {
  TransformerConfig encoder = config, decoder = config;
  encoder.decoder_layers = 0;
  decoder.encoder_layers = 0;
  return {static_cast<double>(layer_parameters(encoder)),
          static_cast<double>(layer_parameters(decoder) + config.vocabulary * config.width)};
}

// Encoder and attention keys belong to the source; the decoder's first state is made once and not counted.
template <typename Config>
PositionParameters position_parameters(const Config& config) {
  PositionParameters count{0, config.tied ? static_cast<double>(config.vocabulary * config.embedding) : 0.0};
  for (const auto& [name, type] : parameters_of(config)) {
    if (name.ends_with("embedding") || name.starts_with("start/")) continue;
    const bool keys = name == "attention/U_a" || name == "attention/W_a";
    (keys || name.starts_with("encoder/") ? count.source : count.target) +=
        static_cast<double>(type.shape.elements());
  }
  return count;
}

}  // namespace

ModelConfig config_for(const std::string& model, const std::string& preset, std::int64_t vocabulary) {
  ModelConfig config = model_preset(model, preset, vocabulary);
  if (auto* transformer = std::get_if<TransformerConfig>(&config))
    transformer->dropout = 0.1;
  else
    set_source_vocabulary(config, vocabulary);
  return config;
}

double training_flops(const ModelConfig& config, const BatchShape& shape) {
  const auto [source, target] = std::visit([](const auto& c) { return position_parameters(c); }, config);
  return 6 * static_cast<double>(shape.rows) *
         (static_cast<double>(shape.source_length) * source +
          static_cast<double>(shape.target_length) * target);
}

// A Transformer's decoder projects keys and values of the source, once for each of its words; of the others
// that is counted as theirs already.
double decoding_flops(const ModelConfig& config, std::int64_t sentences, std::int64_t beams,
                      std::int64_t source_length, std::int64_t target_length) {
  const auto [source, target] = std::visit([](const auto& c) { return position_parameters(c); }, config);
  double cross = 0;
  if (const auto* c = std::get_if<TransformerConfig>(&config))
    cross = static_cast<double>(c->decoder_layers * 2 * c->width * c->width);
  return 2 * static_cast<double>(sentences) *
         (static_cast<double>(source_length) * (source + cross) +
          static_cast<double>(beams * target_length) * (target - cross));
}

}  // namespace heed::bench

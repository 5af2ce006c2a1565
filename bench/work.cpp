#include "work.h"

namespace heed::bench {

namespace {

// Parameters that are used at each source and at each target position.
struct PositionParameters {
  double source, target;
};

PositionParameters parameters_of(const TransformerConfig& config) {
  TransformerConfig encoder = config, decoder = config;
  encoder.decoder_layers = 0;
  decoder.encoder_layers = 0;
  return {static_cast<double>(layer_parameters(encoder)),
          static_cast<double>(layer_parameters(decoder) + config.vocabulary * config.width)};
}

}  // namespace

double training_flops(const TransformerConfig& config, const BatchShape& shape) {
  const auto [source, target] = parameters_of(config);
  return 6 * static_cast<double>(shape.rows) *
         (static_cast<double>(shape.source_length) * source +
          static_cast<double>(shape.target_length) * target);
}

// Keys and values of the source are projected once for each of its words.
double decoding_flops(const TransformerConfig& config, std::int64_t sentences, std::int64_t beams,
                      std::int64_t source_length, std::int64_t target_length) {
  const auto [source, target] = parameters_of(config);
  const auto cross = static_cast<double>(config.decoder_layers * 2 * config.width * config.width);
  return 2 * static_cast<double>(sentences) *
         (static_cast<double>(source_length) * (source + cross) +
          static_cast<double>(beams * target_length) * (target - cross));
}

}  // namespace heed::bench

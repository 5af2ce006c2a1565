#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <heed/graph/error.h>
#include <heed/models/config_checks.h>
#include <heed/models/transformer/config.h>

namespace heed {

namespace {

struct Preset {
  const char* name;
  std::int64_t layers, width, feed_forward, heads;
  double dropout;
};

constexpr std::array presets{
    Preset{"micro", 1, 64, 128, 2, 0.1},   Preset{"tiny", 4, 128, 256, 4, 0.1},
    Preset{"small", 3, 256, 1024, 4, 0.1}, Preset{"base", 6, 512, 2048, 8, 0.1},
    Preset{"big", 6, 1024, 4096, 16, 0.3},
};

}  // namespace

std::vector<std::string> transformer_preset_names() {
  std::vector<std::string> names;
  for (const Preset& preset : presets) names.emplace_back(preset.name);
  return names;
}

TransformerConfig transformer_preset(const std::string& name, std::int64_t vocabulary) {
  for (const Preset& preset : presets) {
    if (preset.name != name) continue;
    TransformerConfig config;
    config.vocabulary = vocabulary;
    config.width = preset.width;
    config.feed_forward = preset.feed_forward;
    config.heads = preset.heads;
    config.encoder_layers = config.decoder_layers = preset.layers;
    config.dropout = preset.dropout;
    return config;
  }
  throw Error(fmt::format("there is no preset \"{}\" of the Transformer; there are {}", name,
                          fmt::join(transformer_preset_names(), ", ")));
}

void check_config(const TransformerConfig& c) {
  const ConfigChecks check("a Transformer");
  check.at_least_one("vocabulary", c.vocabulary);
  check.at_least_one("width", c.width);
  check.at_least_one("feed_forward", c.feed_forward);
  check.at_least_one("heads", c.heads);
  check.at_least_one("encoder_layers", c.encoder_layers);
  check.at_least_one("decoder_layers", c.decoder_layers);
  check.not_negative("source_vocabulary", c.source_vocabulary);
  if (c.width % c.heads != 0) {
    throw Error(fmt::format("a Transformer's width is a multiple of its heads, but {} is none of {}", c.width,
                            c.heads));
  }
  check.rate("dropout", c.dropout);
}

std::int64_t layer_parameters(const TransformerConfig& config) {
  const std::int64_t d = config.width;
  const std::int64_t attention = 4 * d * d;
  const std::int64_t feed_forward = 2 * d * config.feed_forward + config.feed_forward + d;
  const std::int64_t norm = 2 * d;
  return config.encoder_layers * (attention + feed_forward + 2 * norm) +
         config.decoder_layers * (2 * attention + feed_forward + 3 * norm);
}

std::int64_t all_parameters(const TransformerConfig& config) {
  return layer_parameters(config) + (config.vocabulary + config.source_vocabulary) * config.width;
}

}  // namespace heed

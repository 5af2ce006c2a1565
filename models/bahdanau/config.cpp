#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <heed/graph/error.h>
#include <heed/models/bahdanau/config.h>
#include <heed/models/config_checks.h>

namespace heed {

namespace {

struct Preset {
  const char* name;
  std::int64_t embedding, encoder_units, units, alignment, maxout;
  bool tied, paper_start;
  double embedding_dropout, context_dropout, output_dropout;
};

constexpr std::array presets{
    Preset{"micro", 32, 24, 32, 32, 32, true, false, 0.1, 0, 0.1},
    Preset{"small", 256, 256, 384, 256, 256, true, false, 0.3, 0.2, 0.4},
    Preset{"medium", 256, 256, 512, 256, 256, false, false, 0.2, 0, 0.2},
    Preset{"paper", 620, 1000, 1000, 1000, 500, false, true, 0, 0, 0},
};

}  // namespace

std::string_view name_of(BahdanauVariant variant) {
  switch (variant) {
    case BahdanauVariant::look_update_generate:
      return "a";
    case BahdanauVariant::appendix:
      return "b";
    case BahdanauVariant::look_generate_update:
      return "c";
  }
  return "?";
}

BahdanauVariant bahdanau_variant(std::string_view name) {
  using enum BahdanauVariant;
  for (const BahdanauVariant variant : {look_update_generate, appendix, look_generate_update}) {
    if (name_of(variant) == name) return variant;
  }
  throw Error(fmt::format("the variants of Bahdanau's decoder are a, b and c, not \"{}\"", name));
}

std::vector<std::string> bahdanau_preset_names() {
  std::vector<std::string> names;
  for (const Preset& preset : presets) names.emplace_back(preset.name);
  return names;
}

BahdanauConfig bahdanau_preset(const std::string& name, std::int64_t vocabulary) {
  for (const Preset& preset : presets) {
    if (preset.name != name) continue;
    BahdanauConfig config;
    config.vocabulary = vocabulary;
    config.embedding = preset.embedding;
    config.encoder_units = preset.encoder_units;
    config.units = preset.units;
    config.alignment = preset.alignment;
    config.maxout = preset.maxout;
    config.tied = preset.tied;
    config.paper_start = preset.paper_start;
    config.embedding_dropout = preset.embedding_dropout;
    config.context_dropout = preset.context_dropout;
    config.output_dropout = preset.output_dropout;
    return config;
  }
  throw Error(fmt::format("there is no preset \"{}\" of Bahdanau's models; there are {}", name,
                          fmt::join(bahdanau_preset_names(), ", ")));
}

void check_config(const BahdanauConfig& c) {
  const ConfigChecks check("a Bahdanau model");
  check.at_least_one("vocabulary", c.vocabulary);
  check.at_least_one("embedding", c.embedding);
  check.at_least_one("encoder_units", c.encoder_units);
  check.at_least_one("units", c.units);
  check.at_least_one("alignment", c.alignment);
  check.at_least_one("maxout", c.maxout);
  check.not_negative("source_vocabulary", c.source_vocabulary);
  check.rate("embedding_dropout", c.embedding_dropout);
  check.rate("context_dropout", c.context_dropout);
  check.rate("output_dropout", c.output_dropout);
  if (c.tied && c.maxout != c.embedding) {
    throw Error(
        fmt::format("a Bahdanau model whose output is tied to the embedding needs a maxout layer of its "
                    "width {}, not {}",
                    c.embedding, c.maxout));
  }
}

}  // namespace heed

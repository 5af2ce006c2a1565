#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <heed/graph/error.h>
#include <heed/models/config_checks.h>
#include <heed/models/luong/config.h>

namespace heed {

namespace {

struct Preset {
  const char* name;
  std::int64_t embedding, units, layers;
  bool bias, tied;
  double range, dropout, output_dropout;
};

constexpr std::array presets{
    Preset{"micro", 32, 32, 1, true, true, 0, 0.1, 0.1},
    Preset{"small", 256, 256, 2, true, true, 0, 0.3, 0.3},
    Preset{"medium", 256, 512, 2, true, false, 0, 0.2, 0.2},
    Preset{"paper", 1000, 1000, 4, false, false, 0.1, 0.2, 0},
};

}  // namespace

std::vector<std::string> luong_preset_names() {
  std::vector<std::string> names;
  for (const Preset& preset : presets) names.emplace_back(preset.name);
  return names;
}

LuongConfig luong_preset(const std::string& name, std::int64_t vocabulary) {
  for (const Preset& preset : presets) {
    if (preset.name != name) continue;
    LuongConfig config;
    config.vocabulary = vocabulary;
    config.embedding = preset.embedding;
    config.units = preset.units;
    config.layers = preset.layers;
    config.bias = preset.bias;
    config.tied = preset.tied;
    config.range = preset.range;
    config.dropout = preset.dropout;
    config.output_dropout = preset.output_dropout;
    return config;
  }
  throw Error(fmt::format("there is no preset \"{}\" of Luong's models; there are {}", name,
                          fmt::join(luong_preset_names(), ", ")));
}

void check_config(const LuongConfig& c) {
  const ConfigChecks check("a Luong model");
  check.at_least_one("vocabulary", c.vocabulary);
  check.at_least_one("embedding", c.embedding);
  check.at_least_one("units", c.units);
  check.at_least_one("layers", c.layers);
  check.at_least_one("half_width", c.half_width);
  check.at_least_one("longest", c.longest);
  check.not_negative("source_vocabulary", c.source_vocabulary);
  check.rate("dropout", c.dropout);
  check.rate("output_dropout", c.output_dropout);
  if (!(c.range >= 0)) throw Error(fmt::format("a Luong model's range is at least 0, not {}", c.range));
  if (c.tied && c.units != c.embedding) {
    throw Error(
        fmt::format("a Luong model whose output is tied to the embedding needs units of its width {}, "
                    "not {}",
                    c.embedding, c.units));
  }
  if (c.input_feeding && !c.attention) {
    throw Error("a Luong model without attention has nothing to feed: turn input feeding off, too");
  }
}

}  // namespace heed

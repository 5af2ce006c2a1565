#include <array>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <heed/models/training/checkpoint_json.h>

namespace heed {

using nlohmann::json;

namespace {

constexpr int format_version = 2;

// Sets `to` from a field. The library would turn fractions and numbers of any size into whole ones.
template <typename Name, typename T>
void read(const json& from, const Name& name, T& to) {
  const json& value = from.at(name);
  if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
    const bool fits = value.is_number_unsigned()
                          ? std::in_range<T>(value.get<std::uint64_t>())
                          : value.is_number_integer() && std::in_range<T>(value.get<std::int64_t>());
    if (fits) {
      to = value.get<T>();
      return;
    }
    throw Error(fmt::format("\"{}\" is a whole number from {} to {}, not {}", name,
                            std::numeric_limits<T>::min(), std::numeric_limits<T>::max(), value.dump()));
  }
  to = value.get<T>();
}

struct AveragingName {
  Averaging::Kind kind;
  const char* name;
};
constexpr std::array averaging_names{AveragingName{Averaging::Kind::none, "none"},
                                     AveragingName{Averaging::Kind::exponential, "exponential"},
                                     AveragingName{Averaging::Kind::last, "last"}};

const char* name_of(Averaging::Kind kind) {
  for (const AveragingName& entry : averaging_names) {
    if (entry.kind == kind) return entry.name;
  }
  return "?";
}

Averaging::Kind averaging_kind(const std::string& name) {
  for (const AveragingName& entry : averaging_names) {
    if (entry.name == name) return entry.kind;
  }
  throw Error(fmt::format("averaging is none, exponential or last, not \"{}\"", name));
}

json to_json(const TransformerConfig& c) {
  return {{"vocabulary", c.vocabulary},
          {"source_vocabulary", c.source_vocabulary},
          {"width", c.width},
          {"feed_forward", c.feed_forward},
          {"heads", c.heads},
          {"encoder_layers", c.encoder_layers},
          {"decoder_layers", c.decoder_layers},
          {"dropout", c.dropout},
          {"norm_epsilon", c.norm_epsilon}};
}

TransformerConfig transformer_config(const json& c) {
  TransformerConfig config;
  read(c, "vocabulary", config.vocabulary);
  read(c, "source_vocabulary", config.source_vocabulary);
  read(c, "width", config.width);
  read(c, "feed_forward", config.feed_forward);
  read(c, "heads", config.heads);
  read(c, "encoder_layers", config.encoder_layers);
  read(c, "decoder_layers", config.decoder_layers);
  read(c, "dropout", config.dropout);
  read(c, "norm_epsilon", config.norm_epsilon);
  check_config(config);
  return config;
}

json to_json(const TrainingRecipe& r) {
  return {{"vocabulary",
           {{"kind", std::string(name_of(r.vocabulary.kind))},
            {"max_size", r.vocabulary.max_size},
            {"shared", r.vocabulary.shared}}},
          {"batch_tokens", r.batch_tokens},
          {"max_length", r.max_length},
          {"accumulate", r.accumulate},
          {"warmup", r.warmup},
          {"rate_scale", r.rate_scale},
          {"label_smoothing", r.step.label_smoothing},
          {"largest_gradient", r.step.largest_gradient},
          {"adam_beta1", r.step.adam_beta1},
          {"adam_beta2", r.step.adam_beta2},
          {"adam_epsilon", r.step.adam_epsilon},
          {"validate_every", r.validate_every},
          {"averaging",
           {{"kind", name_of(r.averaging.kind)}, {"decay", r.averaging.decay}, {"count", r.averaging.count}}},
          {"judge", std::string(name_of(r.judge))}};
}

TrainingRecipe training_recipe(const json& r) {
  TrainingRecipe recipe;
  const json& vocabulary = r.at("vocabulary");
  recipe.vocabulary.kind = vocabulary_kind(vocabulary.at("kind").get<std::string>());
  read(vocabulary, "max_size", recipe.vocabulary.max_size);
  read(vocabulary, "shared", recipe.vocabulary.shared);
  read(r, "batch_tokens", recipe.batch_tokens);
  read(r, "max_length", recipe.max_length);
  read(r, "accumulate", recipe.accumulate);
  read(r, "warmup", recipe.warmup);
  read(r, "rate_scale", recipe.rate_scale);
  read(r, "label_smoothing", recipe.step.label_smoothing);
  read(r, "largest_gradient", recipe.step.largest_gradient);
  read(r, "adam_beta1", recipe.step.adam_beta1);
  read(r, "adam_beta2", recipe.step.adam_beta2);
  read(r, "adam_epsilon", recipe.step.adam_epsilon);
  read(r, "validate_every", recipe.validate_every);
  const json& averaging = r.at("averaging");
  recipe.averaging.kind = averaging_kind(averaging.at("kind"));
  read(averaging, "decay", recipe.averaging.decay);
  read(averaging, "count", recipe.averaging.count);
  recipe.judge = judge_of(r.at("judge").get<std::string>());
  return recipe;
}

json to_json(const TrainingProgress& p) {
  return {{"step", p.step},
          {"epoch", p.epoch},
          {"batch", p.batch},
          {"run_counter", p.run_counter},
          {"best_score", p.best_score},
          {"best_step", p.best_step},
          {"since_best", p.since_best},
          {"snapshots", p.snapshots}};
}

TrainingProgress training_progress(const json& p) {
  TrainingProgress progress;
  read(p, "step", progress.step);
  read(p, "epoch", progress.epoch);
  read(p, "batch", progress.batch);
  read(p, "run_counter", progress.run_counter);
  read(p, "best_score", progress.best_score);
  read(p, "best_step", progress.best_step);
  read(p, "since_best", progress.since_best);
  const json& snapshots = p.at("snapshots");
  for (std::size_t i = 0; i < snapshots.get_ref<const json::array_t&>().size(); ++i) {
    read(snapshots, i, progress.snapshots.emplace_back());
  }
  return progress;
}

// The first leaf in which two descriptions differ.
std::string first_difference(const json& a, const json& b, const std::string& path) {
  if (!a.is_object()) return a == b ? "" : fmt::format("{} is {} and {}", path, a.dump(), b.dump());
  for (const auto& [name, value] : a.items()) {
    const std::string inside = path.empty() ? name : path + "." + name;
    const std::string found = first_difference(value, b.at(name), inside);
    if (!found.empty()) return found;
  }
  return {};
}

}  // namespace

json to_json(const CheckpointInfo& info) {
  return {{"format", format_version},
          {"model", info.model},
          {"preset", info.preset},
          {"source_language", info.source_language},
          {"target_language", info.target_language},
          {"corpus", info.corpus},
          {"seed", info.seed},
          {"config", to_json(info.config)},
          {"recipe", to_json(info.recipe)},
          {"progress", to_json(info.progress)}};
}

CheckpointInfo checkpoint_info(const json& root) {
  if (root.at("format") != format_version) {
    throw Error(fmt::format("format {} of checkpoints is not known to this version, which reads format {}",
                            root.at("format").dump(), format_version));
  }
  CheckpointInfo info;
  read(root, "model", info.model);
  read(root, "preset", info.preset);
  read(root, "source_language", info.source_language);
  read(root, "target_language", info.target_language);
  read(root, "corpus", info.corpus);
  read(root, "seed", info.seed);
  info.config = transformer_config(root.at("config"));
  info.recipe = training_recipe(root.at("recipe"));
  info.progress = training_progress(root.at("progress"));
  return info;
}

std::string difference(const CheckpointInfo& a, const CheckpointInfo& b) {
  json first = to_json(a), second = to_json(b);
  first.erase("progress");
  second.erase("progress");
  return first_difference(first, second, "");
}

}  // namespace heed

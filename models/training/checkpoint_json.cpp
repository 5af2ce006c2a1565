#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <heed/models/training/checkpoint_json.h>

namespace heed {

using nlohmann::json;

namespace {

constexpr int format_version = 2;

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
  config.vocabulary = c.at("vocabulary");
  config.source_vocabulary = c.at("source_vocabulary");
  config.width = c.at("width");
  config.feed_forward = c.at("feed_forward");
  config.heads = c.at("heads");
  config.encoder_layers = c.at("encoder_layers");
  config.decoder_layers = c.at("decoder_layers");
  config.dropout = c.at("dropout");
  config.norm_epsilon = c.at("norm_epsilon");
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
  recipe.vocabulary.max_size = vocabulary.at("max_size");
  recipe.vocabulary.shared = vocabulary.at("shared");
  recipe.batch_tokens = r.at("batch_tokens");
  recipe.max_length = r.at("max_length");
  recipe.accumulate = r.at("accumulate");
  recipe.warmup = r.at("warmup");
  recipe.rate_scale = r.at("rate_scale");
  recipe.step.label_smoothing = r.at("label_smoothing");
  recipe.step.largest_gradient = r.at("largest_gradient");
  recipe.step.adam_beta1 = r.at("adam_beta1");
  recipe.step.adam_beta2 = r.at("adam_beta2");
  recipe.step.adam_epsilon = r.at("adam_epsilon");
  recipe.validate_every = r.at("validate_every");
  const json& averaging = r.at("averaging");
  recipe.averaging.kind = averaging_kind(averaging.at("kind"));
  recipe.averaging.decay = averaging.at("decay");
  recipe.averaging.count = averaging.at("count");
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
  progress.step = p.at("step");
  progress.epoch = p.at("epoch");
  progress.batch = p.at("batch");
  progress.run_counter = p.at("run_counter");
  progress.best_score = p.at("best_score");
  progress.best_step = p.at("best_step");
  progress.since_best = p.at("since_best");
  progress.snapshots = p.at("snapshots").get<std::vector<std::int64_t>>();
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
  info.model = root.at("model");
  info.preset = root.at("preset");
  info.source_language = root.at("source_language");
  info.target_language = root.at("target_language");
  info.corpus = root.at("corpus");
  info.seed = root.at("seed");
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

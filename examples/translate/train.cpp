// heed-translate train
#include <algorithm>
#include <atomic>
#include <csignal>
#include <memory>

#include "commands.h"
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <heed/backends/backend.h>
#include <heed/models/training/trainer.h>

namespace heed::translate {

namespace {

std::atomic<bool> interrupted{false};

// A second Ctrl-C ends the program at once.
void on_interrupt(int) {
  interrupted.store(true);
  std::signal(SIGINT, SIG_DFL);
}

Averaging averaging_from(const TrainFlags& flags) {
  if (flags.ema > 0) return {Averaging::Kind::exponential, flags.ema, 0};
  if (flags.average > 0) return {Averaging::Kind::last, 0, flags.average};
  return {};
}

TrainingRecipe recipe_from(const TrainFlags& flags, TrainingRecipe recipe) {
  recipe.vocabulary.kind = vocabulary_kind(flags.vocabulary == "char" ? "character" : flags.vocabulary);
  recipe.vocabulary.max_size = static_cast<std::size_t>(flags.vocabulary_size);
  recipe.vocabulary.shared = !flags.separate_vocabularies;
  recipe.accumulate = flags.accumulate;
  recipe.precision = precision_of(flags.precision);
  recipe.averaging = averaging_from(flags);
  if (flags.batch_tokens > 0) recipe.batch_tokens = flags.batch_tokens;
  if (flags.max_length > 0) recipe.max_length = flags.max_length;
  if (flags.warmup > 0) recipe.warmup = flags.warmup;
  if (flags.rate_scale > 0) recipe.rate_scale = flags.rate_scale;
  if (flags.validate_every > 0) recipe.validate_every = flags.validate_every;
  if (flags.label_smoothing >= 0) recipe.step.label_smoothing = flags.label_smoothing;
  if (!flags.judge.empty()) recipe.judge = judge_of(flags.judge);
  if (!flags.optimizer.empty()) recipe.step.optimizer = optimizer_kind(flags.optimizer);
  if (!flags.schedule.empty()) recipe.schedule.kind = schedule_kind(flags.schedule);
  if (flags.rate > 0) recipe.schedule.rate = flags.rate;
  if (flags.halve_after > 0) recipe.schedule.halve_after = flags.halve_after;
  if (flags.largest_gradient > 0) recipe.step.largest_gradient = flags.largest_gradient;
  return recipe;
}

// "tiny" is the Transformer's smallest useful size; the others' is "small".
std::string preset_from(const TrainFlags& flags) {
  const std::string preset = !flags.preset.empty()          ? flags.preset
                             : flags.model == "transformer" ? "tiny"
                                                            : "small";
  const std::vector<std::string> names = model_preset_names(flags.model);
  if (std::ranges::find(names, preset) != names.end()) return preset;
  throw WrongFlag(
      fmt::format("--preset: of {} is one of {}, not {}", flags.model, fmt::join(names, ", "), preset));
}

TrainerOptions options_from(const TrainFlags& flags, bool exact) {
  TrainerOptions options = recommended_options(flags.model, flags.preset, exact);
  options.directory = flags.out.empty() ? fmt::format("runs/{}-{}", flags.model, flags.preset) : flags.out;
  options.resume = flags.resume;
  options.check_finite = flags.check_finite;
  options.seed = flags.seed;
  options.recipe = recipe_from(flags, options.recipe);
  options.limits.max_minutes = flags.max_minutes;
  options.limits.max_steps = flags.max_steps;
  options.limits.epochs = flags.epochs;
  options.limits.patience = flags.patience;
  return options;
}

// A resumed run keeps the vocabularies it began with.
Vocabularies vocabularies_for(const TranslationData& data, const TrainerOptions& options) {
  if (!options.resume) return train_vocabularies(data.train, options.recipe.vocabulary);
  return read_checkpoint(find_checkpoint(options.directory, "latest")).vocabularies;
}

[[noreturn]] void refuse_flag(const char* flag, const char* models, const std::string& model) {
  throw WrongFlag(fmt::format("{}: belongs to {}, not to --model {}", flag, models, model));
}

void apply_flags(const TrainFlags& flags, TransformerConfig& config) {
  if (flags.dropout >= 0) config.dropout = flags.dropout;
  config.recompute = flags.recompute;
}

void apply_flags(const TrainFlags& flags, BahdanauConfig& config) {
  if (!flags.variant.empty()) config.variant = bahdanau_variant(flags.variant);
  if (flags.dropout >= 0)
    config.embedding_dropout = config.context_dropout = config.output_dropout = flags.dropout;
}

void apply_flags(const TrainFlags& flags, LuongConfig& config) {
  if (flags.attention == "none") config.attention = config.input_feeding = false;
  if (!flags.attention.empty() && config.attention) config.score = luong_score(flags.attention);
  if (!flags.window.empty()) config.window = luong_window(flags.window);
  if (flags.no_input_feeding) config.input_feeding = false;
  if (flags.no_reversal) config.reversed = false;
  if (flags.dropout >= 0) config.dropout = config.output_dropout = flags.dropout;
}

void refuse_other_models_flags(const TrainFlags& flags) {
  const bool luong = flags.model == "luong", transformer = flags.model == "transformer";
  if (!luong && !flags.attention.empty()) refuse_flag("--attention", "luong", flags.model);
  if (!luong && !flags.window.empty()) refuse_flag("--window", "luong", flags.model);
  if (!luong && flags.no_input_feeding) refuse_flag("--no-input-feeding", "luong", flags.model);
  if (!luong && flags.no_reversal) refuse_flag("--no-reversal", "luong", flags.model);
  if ((luong || transformer) && !flags.variant.empty())
    refuse_flag("--variant", "bahdanau and rnnencdec", flags.model);
  if (!transformer && flags.recompute) refuse_flag("--recompute", "transformer", flags.model);
}

ModelConfig config_for(const TrainFlags& flags, const Vocabularies& vocabularies) {
  refuse_other_models_flags(flags);
  ModelConfig config =
      model_preset(flags.model, flags.preset, static_cast<std::int64_t>(vocabularies.target.size()));
  if (!vocabularies.shared)
    set_source_vocabulary(config, static_cast<std::int64_t>(vocabularies.source.size()));
  std::visit([&](auto& c) { apply_flags(flags, c); }, config);
  check_config(config);
  return config;
}

std::string vocabulary_text(const Vocabularies& vocabularies) {
  if (vocabularies.shared) return fmt::format("{}", vocabularies.target.size());
  return fmt::format("{} + {}", vocabularies.source.size(), vocabularies.target.size());
}

TranslationData data_from(const TrainFlags& flags) {
  if (flags.train.empty() && flags.valid.empty()) return number_data(flags.seed);
  if (flags.train.empty() || flags.valid.empty()) {
    throw Error("--train and --valid belong together: give both, or neither for the built-in corpus");
  }
  return text_data(flags.train, flags.valid, flags.source, flags.target);
}

std::string reason_text(StopReason reason) {
  switch (reason) {
    case StopReason::enough:
      return "the validation set is translated well enough";
    case StopReason::patience:
      return "the validation set has not been translated better for long enough";
    case StopReason::minutes:
      return "the time is up";
    case StopReason::steps:
      return "all steps are done";
    case StopReason::epochs:
      return "all epochs are done";
    case StopReason::interrupted:
      return "interrupted";
  }
  return "";
}

}  // namespace

int train(TrainFlags flags) {
  flags.preset = preset_from(flags);
  std::signal(SIGINT, on_interrupt);
  std::signal(SIGTERM, on_interrupt);
  std::signal(SIGPIPE, SIG_IGN);  // who reads the progress may leave; the training goes on
  const TranslationData data = data_from(flags);
  TrainerOptions options = options_from(flags, data.exact);
  const Vocabularies vocabularies = vocabularies_for(data, options);
  options.config = config_for(flags, vocabularies);
  ProgressLine progress;
  const auto backend = flags.backend.open();
  const ParameterCount parameters = count_parameters(options.config);
  progress.print(fmt::format("{} {}: {} parameters ({} without the embedding), vocabulary {}, on {} ({})",
                             flags.model, flags.preset, parameters.all,
                             parameters.all - parameters.embeddings, vocabulary_text(vocabularies),
                             backend->name(), backend->description()));
  Trainer trainer(data, vocabularies, options, backend, progress);
  const TrainingResult result = trainer.train(interrupted);
  progress.print(fmt::format("{}; saved {}", reason_text(result.reason), result.checkpoint));
  if (result.reason != StopReason::interrupted) return 0;
  progress.print("go on with the same command and --resume");
  return interrupted_status;
}

}  // namespace heed::translate

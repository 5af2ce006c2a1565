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

struct TrainFlags {
  std::string source = "en", target = "de", train, valid;
  std::string model = "transformer", preset, out, backend, precision = "f32", vocabulary = "word";
  std::string judge;
  std::int64_t vocabulary_size = 10000;
  bool separate_vocabularies = false;
  std::int64_t batch_tokens = 0, max_length = 0, warmup = 0, validate_every = 0;
  std::int64_t accumulate = 1, average = 0;
  std::int64_t max_steps = 0, epochs = 0, patience = 0;
  double max_minutes = 0, rate_scale = 0, dropout = -1, label_smoothing = -1, ema = 0;
  std::string optimizer, schedule;
  double rate = 0, largest_gradient = 0;
  std::int64_t halve_after = 0;
  std::string variant, attention, window;
  bool no_input_feeding = false, no_reversal = false;
  std::uint64_t seed = 1;
  int threads = 0;
  bool resume = false, check_finite = false, recompute = false;
};

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
  throw CLI::ValidationError(
      "--preset", fmt::format("of {} is one of {}, not {}", flags.model, fmt::join(names, ", "), preset));
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
  throw CLI::ValidationError(flag, fmt::format("belongs to {}, not to --model {}", models, model));
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
  const auto backend = open_backend(flags.backend.empty() ? backend_names().front() : flags.backend,
                                    {.threads = flags.threads});
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

void add_recurrent_flags(CLI::App* command, TrainFlags& flags) {
  command->add_option("--optimizer", flags.optimizer, "adam, adadelta or sgd (what the preset says)")
      ->check(CLI::IsMember({"adam", "adadelta", "sgd"}));
  command
      ->add_option("--schedule", flags.schedule,
                   "Learning rates: warmup, constant, or halving by epochs (what the preset says)")
      ->check(CLI::IsMember({"warmup", "constant", "halving"}));
  command->add_option("--rate", flags.rate, "Learning rate of the schedules constant and halving")
      ->check(CLI::PositiveNumber);
  command->add_option("--halve-after", flags.halve_after, "Epochs before the learning rate is halved")
      ->check(CLI::PositiveNumber);
  command
      ->add_option("--largest-gradient", flags.largest_gradient, "Global norm that gradients are clipped to")
      ->check(CLI::PositiveNumber);
  command
      ->add_option("--variant", flags.variant, "Order of look, update, generate in bahdanau: a, b or c (a)")
      ->check(CLI::IsMember({"a", "b", "c"}));
  command
      ->add_option("--attention", flags.attention,
                   "Score of luong: dot, general, concat, location or none (general)")
      ->check(CLI::IsMember({"dot", "general", "concat", "location", "none"}));
  command->add_option("--window", flags.window, "What luong looks at: global, local-m or local-p (global)")
      ->check(CLI::IsMember({"global", "local-m", "local-p"}));
  command->add_flag("--no-input-feeding", flags.no_input_feeding,
                    "luong: the attentional vector does not enter the next step");
  command->add_flag("--no-reversal", flags.no_reversal, "luong: the source is read from its beginning");
}

}  // namespace

void add_train(CLI::App& app, int& status) {
  auto flags = std::make_shared<TrainFlags>();
  CLI::App* command = app.add_subcommand("train", "Train a model; without data flags on the built-in corpus");
  command->add_option("--source", flags->source, "Source language: the ending of its files")
      ->capture_default_str();
  command->add_option("--target", flags->target, "Target language: the ending of its files")
      ->capture_default_str();
  command->add_option("--train", flags->train, "Training text: PREFIX.SOURCE and PREFIX.TARGET");
  command->add_option("--valid", flags->valid, "Validation text, named the same way");
  command->add_option("--model", flags->model, "Model: rnnencdec, bahdanau, luong or transformer")
      ->check(CLI::IsMember(model_names()))
      ->capture_default_str();
  command->add_option("--preset", flags->preset,
                      "Size: micro, tiny, small, base or big; of recurrent models micro, small, medium or "
                      "paper (tiny; small)");
  command->add_option("--out", flags->out, "Run directory (runs/MODEL-PRESET)");
  command->add_option("--backend", flags->backend, "What to run on (the fastest there is)");
  command->add_option("--precision", flags->precision, "Of products: f32, or bf16 operands")
      ->check(CLI::IsMember({"f32", "bf16"}))
      ->capture_default_str();
  command->add_option("--threads", flags->threads, "CPU threads (all)")->check(CLI::PositiveNumber);
  command->add_option("--vocab", flags->vocabulary, "Pieces of text: word, char, bpe or unigram")
      ->check(CLI::IsMember({"word", "char", "bpe", "unigram"}))
      ->capture_default_str();
  command->add_option("--vocab-size", flags->vocabulary_size, "Most entries of the vocabulary")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_flag("--separate-vocabularies", flags->separate_vocabularies,
                    "A vocabulary for each language instead of one for both");
  command->add_option("--batch-tokens", flags->batch_tokens, "Tokens in a batch, both sides")
      ->check(CLI::PositiveNumber);
  command->add_option("--max-length", flags->max_length, "Leave longer pairs out")
      ->check(CLI::PositiveNumber);
  command->add_option("--max-minutes", flags->max_minutes, "Stop after so many minutes")
      ->check(CLI::PositiveNumber);
  command->add_option("--max-steps", flags->max_steps, "Stop after so many steps")
      ->check(CLI::PositiveNumber);
  command->add_option("--epochs", flags->epochs, "Stop after so many epochs")->check(CLI::PositiveNumber);
  command->add_option("--warmup", flags->warmup, "Steps over which the learning rate rises")
      ->check(CLI::PositiveNumber);
  command->add_option("--rate-scale", flags->rate_scale, "Factor on the learning rate")
      ->check(CLI::PositiveNumber);
  command->add_option("--dropout", flags->dropout, "Dropout rate")->check(CLI::Range(0.0, 0.99));
  command->add_option("--label-smoothing", flags->label_smoothing, "Share of the target given to all words")
      ->check(CLI::Range(0.0, 0.99));
  command->add_option("--accumulate", flags->accumulate, "Batches whose gradients make one step")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  CLI::Option* ema =
      command->add_option("--ema", flags->ema, "Use an exponential average of the weights with this decay")
          ->check(CLI::Range(0.0, 0.999999));
  command->add_option("--average", flags->average, "Use the mean weights of the last so many checkpoints")
      ->check(CLI::PositiveNumber)
      ->excludes(ema);
  command->add_option("--judge", flags->judge, "What the best checkpoint is best by: perplexity or bleu")
      ->check(CLI::IsMember({"perplexity", "bleu"}));
  command->add_option("--patience", flags->patience, "Stop after so many validations without a better one")
      ->check(CLI::PositiveNumber);
  command->add_option("--validate-every", flags->validate_every, "Steps between validations")
      ->check(CLI::PositiveNumber);
  command->add_option("--seed", flags->seed, "Of initial values, dropout and the order of batches")
      ->capture_default_str();
  command->add_flag("--check-finite", flags->check_finite,
                    "Say which op a NaN or an infinity comes from (slow)");
  command->add_flag("--recompute", flags->recompute,
                    "Compute layers again for their gradients: less memory, more time, the same result");
  add_recurrent_flags(command, *flags);
  command->add_flag("--resume", flags->resume, "Go on with the run in --out");
  command->callback([flags, &status] { status = train(*flags); });
}

}  // namespace heed::translate

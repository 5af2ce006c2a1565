// heed-translate train
#include <atomic>
#include <csignal>
#include <memory>

#include "commands.h"
#include <fmt/format.h>

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
  std::string model = "transformer", preset = "tiny", out, backend, precision = "f32", vocabulary = "word";
  std::string judge;
  std::int64_t vocabulary_size = 10000;
  bool separate_vocabularies = false;
  std::int64_t batch_tokens = 0, max_length = 0, warmup = 0, validate_every = 0;
  std::int64_t accumulate = 1, average = 0;
  std::int64_t max_steps = 0, epochs = 0, patience = 0;
  double max_minutes = 0, rate_scale = 0, dropout = -1, label_smoothing = -1, ema = 0;
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
  return recipe;
}

TrainerOptions options_from(const TrainFlags& flags, bool exact) {
  TrainerOptions options = recommended_options(flags.preset, exact);
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

TransformerConfig config_for(const TrainFlags& flags, const Vocabularies& vocabularies) {
  TransformerConfig config =
      transformer_preset(flags.preset, static_cast<std::int64_t>(vocabularies.target.size()));
  if (!vocabularies.shared) {
    config.source_vocabulary = static_cast<std::int64_t>(vocabularies.source.size());
  }
  if (flags.dropout >= 0) config.dropout = flags.dropout;
  config.recompute = flags.recompute;
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

int train(const TrainFlags& flags) {
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
  progress.print(fmt::format("{} {}: {} parameters ({} without the embedding), vocabulary {}, on {} ({})",
                             flags.model, flags.preset, all_parameters(options.config),
                             layer_parameters(options.config), vocabulary_text(vocabularies), backend->name(),
                             backend->description()));
  Trainer trainer(data, vocabularies, options, backend, progress);
  const TrainingResult result = trainer.train(interrupted);
  progress.print(fmt::format("{}; saved {}", reason_text(result.reason), result.checkpoint));
  if (result.reason != StopReason::interrupted) return 0;
  progress.print("go on with the same command and --resume");
  return interrupted_status;
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
  command->add_option("--model", flags->model, "Model")
      ->check(CLI::IsMember({"transformer"}))
      ->capture_default_str();
  command->add_option("--preset", flags->preset, "Size: micro, tiny, small, base or big")
      ->check(CLI::IsMember(transformer_preset_names()))
      ->capture_default_str();
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
  command->add_flag("--resume", flags->resume, "Go on with the run in --out");
  command->callback([flags, &status] { status = train(*flags); });
}

}  // namespace heed::translate

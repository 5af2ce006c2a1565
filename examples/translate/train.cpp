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
  std::int64_t vocabulary_size = 10000;
  std::int64_t batch_tokens = 0, max_length = 0, max_steps = 0, epochs = 0, warmup = 0, validate_every = 0;
  double max_minutes = 0, rate_scale = 0, dropout = -1;
  std::uint64_t seed = 1;
  int threads = 0;
  bool resume = false;
};

TrainerOptions options_from(const TrainFlags& flags, std::int64_t vocabulary, bool exact) {
  TrainerOptions options = recommended_options(flags.preset, vocabulary, exact);
  options.directory = flags.out.empty() ? fmt::format("runs/{}-{}", flags.model, flags.preset) : flags.out;
  options.resume = flags.resume;
  options.seed = flags.seed;
  options.max_minutes = flags.max_minutes;
  options.max_steps = flags.max_steps;
  options.epochs = flags.epochs;
  if (flags.batch_tokens > 0) options.batch_tokens = flags.batch_tokens;
  if (flags.max_length > 0) options.max_length = flags.max_length;
  if (flags.warmup > 0) options.warmup = flags.warmup;
  if (flags.rate_scale > 0) options.rate_scale = flags.rate_scale;
  if (flags.validate_every > 0) options.validate_every = flags.validate_every;
  if (flags.dropout >= 0) options.config.dropout = flags.dropout;
  return options;
}

TranslationData data_from(const TrainFlags& flags) {
  if (flags.train.empty() && flags.valid.empty()) return number_data(flags.seed);
  if (flags.train.empty() || flags.valid.empty()) {
    throw Error("--train and --valid belong together: give both, or neither for the built-in corpus");
  }
  return text_data(flags.train, flags.valid, flags.source, flags.target);
}

VocabularyKind kind_from(const TrainFlags& flags) {
  return flags.vocabulary == "char" ? VocabularyKind::character : VocabularyKind::word;
}

std::string reason_text(StopReason reason) {
  switch (reason) {
    case StopReason::enough:
      return "the validation set is translated well enough";
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
  const TranslationData data = data_from(flags);
  const Vocabulary vocabulary =
      joint_vocabulary(data, kind_from(flags), static_cast<std::size_t>(flags.vocabulary_size));
  const TrainerOptions options =
      options_from(flags, static_cast<std::int64_t>(vocabulary.size()), data.exact);
  ProgressLine progress;
  const auto backend = open_backend(flags.backend.empty() ? backend_names().front() : flags.backend,
                                    {.threads = flags.threads});
  progress.print(fmt::format("{} {}: {} parameters ({} without the embedding), vocabulary {}, on {} ({})",
                             flags.model, flags.preset, all_parameters(options.config),
                             layer_parameters(options.config), vocabulary.size(), backend->name(),
                             backend->description()));
  Trainer trainer(data, vocabulary, options, backend, progress);
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
  command->add_option("--precision", flags->precision, "Arithmetic")
      ->check(CLI::IsMember({"f32"}))
      ->capture_default_str();
  command->add_option("--threads", flags->threads, "CPU threads (all)")->check(CLI::PositiveNumber);
  command->add_option("--vocab", flags->vocabulary, "Pieces of text: word or char")
      ->check(CLI::IsMember({"word", "char"}))
      ->capture_default_str();
  command->add_option("--vocab-size", flags->vocabulary_size, "Most entries of the vocabulary")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
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
  command->add_option("--validate-every", flags->validate_every, "Steps between validations")
      ->check(CLI::PositiveNumber);
  command->add_option("--seed", flags->seed, "Of initial values, dropout and the order of batches")
      ->capture_default_str();
  command->add_flag("--resume", flags->resume, "Go on with the run in --out");
  command->callback([flags, &status] { status = train(*flags); });
}

}  // namespace heed::translate

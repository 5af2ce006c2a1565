#include <chrono>
#include <cmath>
#include <filesystem>

#include <fmt/format.h>

#include <heed/models/training/schedule.h>
#include <heed/models/training/trainer.h>

namespace heed {

namespace {

double clock_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

BatchOptions batch_options(const TrainerOptions& options, bool shuffle) {
  BatchOptions batches;
  batches.batch_tokens = options.batch_tokens;
  batches.max_length = options.max_length;
  batches.seed = options.seed;
  batches.shuffle = shuffle;
  return batches;
}

double mebibytes(std::int64_t bytes) {
  return static_cast<double>(bytes) / (1 << 20);
}

}  // namespace

TrainerOptions recommended_options(const std::string& preset, std::int64_t vocabulary, bool exact) {
  TrainerOptions options;
  options.preset = preset;
  options.config = transformer_preset(preset, vocabulary);
  if (exact) {
    // Short sentences, few words: small batches and a short warm-up learn them within minutes.
    options.batch_tokens = 2048;
    options.warmup = 300;
    options.rate_scale = 0.4;
    options.validate_every = 250;
    options.enough = 99.5;
    return options;
  }
  options.batch_tokens = 4096;
  options.warmup = 1000;
  options.rate_scale = 1.0;
  options.validate_every = 500;
  return options;
}

Trainer::Trainer(const TranslationData& data, const Vocabulary& vocabulary, const TrainerOptions& options,
                 std::shared_ptr<Backend> backend, ProgressLine& progress)
    : data_(data),
      vocabulary_(vocabulary),
      options_(options),
      variables_(std::move(backend), options.seed),
      progress_(progress),
      train_batches_(encode_corpus(data.train, vocabulary, vocabulary), batch_options(options, true)),
      valid_batches_(encode_corpus(data.valid, vocabulary, vocabulary), batch_options(options, false)),
      translator_(options.config, vocabulary, variables_) {
  info_.preset = options.preset;
  info_.config = options.config;
  info_.source_language = data.source_language;
  info_.target_language = data.target_language;
  info_.seed = options.seed;
  start_or_resume();
}

void Trainer::start_or_resume() {
  const bool exists =
      std::filesystem::exists(options_.directory) && !std::filesystem::is_empty(options_.directory);
  if (!options_.resume) {
    if (!exists) return;
    throw Error(fmt::format("{} exists already: choose another directory, or resume the run in it",
                            options_.directory));
  }
  const std::string path = find_checkpoint(options_.directory, "latest");
  const Checkpoint checkpoint = read_checkpoint(path);
  if (!(checkpoint.vocabulary == vocabulary_)) {
    throw Error(fmt::format(
        "{} was trained with another vocabulary: resume it with the data and options it began with", path));
  }
  if (checkpoint.info.preset != options_.preset || checkpoint.info.seed != options_.seed) {
    throw Error(fmt::format("{} was begun as preset {} with seed {}, not as {} with seed {}", path,
                            checkpoint.info.preset, checkpoint.info.seed, options_.preset, options_.seed));
  }
  load_variables(path, checkpoint.info, variables_, true);
  info_ = checkpoint.info;
  variables_.set_run_counter(info_.run_counter);
  progress_.print(fmt::format("resuming at step {}, after {}", info_.step, duration_text(info_.seconds)));
}

double Trainer::seconds_now() const {
  return info_.seconds + clock_seconds() - started_;
}

void Trainer::compile_steps() {
  const double before = clock_seconds();
  std::int64_t arena = 0;
  for (const BatchShape& shape : train_batches_.shapes()) {
    steps_.push_back(std::make_unique<TrainingStep>(options_.config, shape, options_.step, variables_));
    arena = std::max(arena, steps_.back()->executable().plan().arena_bytes);
  }
  std::int64_t state = 0;
  for (const std::string& name : variables_.names()) state += variables_.type(name).bytes();
  progress_.print(
      fmt::format("{} pairs ({} too long, {} with an empty side), {} batches an epoch, {:.1f} % padding",
                  train_batches_.kept(), train_batches_.dropped(), data_.train.skipped,
                  train_batches_.batches_per_epoch(), 100 * train_batches_.padding_waste()));
  progress_.print(fmt::format(
      "{} executables compiled in {:.1f} s; planned peak {:.1f} MiB, of which variables {:.1f} MiB",
      steps_.size(), clock_seconds() - before, mebibytes(arena + state), mebibytes(state)));
}

double Trainer::learning_rate() const {
  return warmup_schedule(info_.step + 1, options_.config.width, options_.warmup, options_.rate_scale);
}

void Trainer::train_batch() {
  const Batch batch = train_batches_.batch(info_.epoch, info_.batch);
  const double before = clock_seconds();
  const TrainingStep::Result result = steps_[batch.shape_index]->run(batch, learning_rate());
  if (!std::isfinite(result.loss)) {
    throw Error(fmt::format(
        "the loss of step {} is {}: the learning rate may be too high; the last checkpoint in {} is intact",
        info_.step + 1, result.loss, options_.directory));
  }
  sitting_seconds_ += clock_seconds() - before;
  sitting_tokens_ += static_cast<double>(batch.source_tokens + batch.target_tokens);
  smoothed_loss_ = smoothed_loss_ == 0 ? result.loss : 0.98 * smoothed_loss_ + 0.02 * result.loss;
  ++info_.step;
  if (++info_.batch == train_batches_.batches_per_epoch()) {
    info_.batch = 0;
    ++info_.epoch;
  }
}

double Trainer::tokens_per_second() const {
  return sitting_tokens_ / std::max(1e-9, sitting_seconds_);
}

std::string Trainer::status() const {
  const double elapsed = seconds_now();
  std::string text = fmt::format(
      "step {}  epoch {:.2f}  loss {:.3f}  {:.0f} tokens/s  rate {:.2e}  {}", info_.step,
      static_cast<double>(info_.epoch) +
          static_cast<double>(info_.batch) / static_cast<double>(train_batches_.batches_per_epoch()),
      smoothed_loss_, tokens_per_second(), learning_rate(), duration_text(elapsed));
  if (options_.max_minutes > 0)
    text += fmt::format(", {} left", duration_text(60 * options_.max_minutes - elapsed));
  return text;
}

ValidationResult Trainer::validate() {
  double total = 0, words = 0;
  for (std::int64_t i = 0; i < valid_batches_.batches_per_epoch(); ++i) {
    const Batch batch = valid_batches_.batch(0, i);
    auto& step = validation_steps_[batch.shape_index];
    if (!step) {
      step = std::make_unique<ValidationStep>(options_.config, valid_batches_.shapes()[batch.shape_index],
                                              variables_);
    }
    total += step->run(batch);
    words += static_cast<double>(batch.target_tokens);
  }
  ValidationResult result;
  result.perplexity = std::exp(total / words);
  if (!data_.exact) return result;

  std::vector<std::string> sources;
  for (const SentencePair& pair : data_.valid.pairs) sources.push_back(pair.source);
  const std::vector<Translation> translations = translator_.translate(sources);
  double right = 0;
  for (std::size_t i = 0; i < sources.size(); ++i)
    right += translations[i].text == data_.valid.pairs[i].target;
  result.exact_match = 100 * right / static_cast<double>(sources.size());
  return result;
}

void Trainer::validate_and_save(TrainingResult& result) {
  result.validation = validate();
  const ValidationResult& found = result.validation;
  // Larger is better, and all of it is above -1.
  const double score = data_.exact ? found.exact_match : 1 / found.perplexity;
  const bool is_best = score > info_.best_score;
  if (is_best) {
    info_.best_score = score;
    info_.best_step = info_.step;
  }
  save(result);
  if (is_best) point_to(options_.directory, "best", fmt::format("step-{}", info_.step));
  remove_old_checkpoints(options_.directory, 2);
  std::string text = fmt::format("step {}  validation perplexity {:.3f}", info_.step, found.perplexity);
  if (data_.exact) text += fmt::format("  exact match {:.1f} %", found.exact_match);
  progress_.print(fmt::format("{}  training loss {:.3f}  {:.0f} tokens/s  {}{}", text, smoothed_loss_,
                              tokens_per_second(), duration_text(result.info.seconds),
                              is_best ? "  (best)" : ""));
}

void Trainer::save(TrainingResult& result) {
  result.info = info_;
  result.info.seconds = seconds_now();
  result.info.run_counter = variables_.run_counter();
  result.checkpoint = save_checkpoint(options_.directory, result.info, vocabulary_, variables_);
}

bool Trainer::reached_limit(TrainingResult& result) const {
  const auto because = [&](StopReason reason) {
    result.reason = reason;
    return true;
  };
  if (options_.max_steps > 0 && info_.step >= options_.max_steps) return because(StopReason::steps);
  if (options_.epochs > 0 && info_.epoch >= options_.epochs) return because(StopReason::epochs);
  if (options_.max_minutes > 0 && seconds_now() >= 60 * options_.max_minutes)
    return because(StopReason::minutes);
  return false;
}

TrainingResult Trainer::train(const std::atomic<bool>& stop) {
  started_ = clock_seconds();
  compile_steps();
  TrainingResult result;
  while (!reached_limit(result)) {
    if (stop.load()) {
      result.reason = StopReason::interrupted;
      save(result);
      return result;
    }
    train_batch();
    progress_.update(status());
    if (info_.step % options_.validate_every != 0) continue;
    validate_and_save(result);
    if (options_.enough > 0 && result.validation.exact_match >= options_.enough) {
      result.reason = StopReason::enough;
      return result;
    }
  }
  if (result.checkpoint.empty() || result.info.step != info_.step) validate_and_save(result);
  return result;
}

}  // namespace heed

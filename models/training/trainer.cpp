#include <chrono>
#include <cmath>
#include <filesystem>

#include <fmt/format.h>

#include <heed/models/training/averaging.h>
#include <heed/models/training/schedule.h>
#include <heed/models/training/trainer.h>

namespace heed {

namespace {

double clock_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

BatchOptions batch_options(const TrainerOptions& options, bool shuffle) {
  BatchOptions batches;
  batches.batch_tokens = options.recipe.batch_tokens;
  batches.max_length = options.recipe.max_length;
  batches.seed = options.seed;
  batches.shuffle = shuffle;
  return batches;
}

CheckpointInfo new_run(const TranslationData& data, const TrainerOptions& options) {
  CheckpointInfo info;
  info.preset = options.preset;
  info.config = options.config;
  info.source_language = data.source_language;
  info.target_language = data.target_language;
  info.corpus = digest(data);
  info.seed = options.seed;
  info.recipe = options.recipe;
  return info;
}

double mebibytes(std::int64_t bytes) {
  return static_cast<double>(bytes) / (1 << 20);
}

}  // namespace

namespace {

// As in the papers: Bahdanau et al. 2014 and Luong et al. 2015. Batches are counted in tokens: 80 and 128
// sentences of about 25 words on each side.
TrainingRecipe paper_recipe(const std::string& model) {
  TrainingRecipe recipe;
  recipe.step.label_smoothing = 0;
  recipe.step.mean_over_sentences = true;
  recipe.max_length = 51;  // </s> counted
  const bool luong = model == "luong";
  recipe.step.optimizer = luong ? OptimizerKind::sgd : OptimizerKind::adadelta;
  recipe.step.largest_gradient = luong ? 5 : 1;
  recipe.schedule.kind = luong ? Schedule::Kind::halving : Schedule::Kind::constant;
  recipe.schedule.halve_after = luong ? 8 : 0;  // with dropout
  recipe.batch_tokens = luong ? 6400 : 4000;
  return recipe;
}

}  // namespace

TrainerOptions recommended_options(const std::string& model, const std::string& preset, bool exact) {
  TrainerOptions options;
  options.preset = preset;
  if (model != "transformer" && preset == "paper") {
    options.recipe = paper_recipe(model);
    return options;
  }
  if (exact) {
    // Short sentences, few words: small batches and a short warm-up learn them within minutes.
    options.recipe.batch_tokens = 2048;
    options.recipe.warmup = 300;
    options.recipe.rate_scale = 0.4;
    options.recipe.validate_every = 250;
    options.recipe.judge = Judge::exact_match;
    options.limits.enough = 99.5;
    return options;
  }
  options.recipe.batch_tokens = 4096;
  options.recipe.warmup = 1000;
  options.recipe.rate_scale = 1.0;
  options.recipe.validate_every = 500;
  return options;
}

Trainer::Trainer(const TranslationData& data, const Vocabularies& vocabularies, const TrainerOptions& options,
                 std::shared_ptr<Backend> backend, ProgressLine& progress)
    : options_(options),
      vocabularies_(vocabularies),
      variables_(backend, options.seed),
      averaged_(averages(Averaging::Kind::none) ? nullptr : std::make_unique<Variables>(backend)),
      progress_(progress),
      batches_(encode_corpus(data.train, vocabularies.source, vocabularies.target),
               batch_options(options, true)),
      skipped_pairs_(data.train.skipped),
      validator_(data, vocabularies, options.config, batch_options(options, false),
                 averaged_ ? *averaged_ : variables_),
      info_(new_run(data, options)) {
  start_or_resume();
}

void Trainer::start_or_resume() {
  const std::string& directory = options_.directory;
  if (!options_.resume) {
    if (!is_taken(directory)) return;
    throw Error(
        fmt::format("{} exists already: choose another directory, or resume the run in it", directory));
  }
  const std::string path = find_checkpoint(directory, "latest");
  const Checkpoint checkpoint = read_checkpoint(path);
  const std::string found = difference(checkpoint.info, info_);
  if (!found.empty()) {
    throw Error(fmt::format("{} was begun otherwise: {}; resume it with the data and options it began with",
                            path, found));
  }
  if (!(checkpoint.vocabularies == vocabularies_)) {
    throw Error(fmt::format(
        "{} was trained with another vocabulary: resume it with the data and options it began with", path));
  }
  load_training_state(path, checkpoint.info, variables_);
  info_ = checkpoint.info;
  saved_at_ = path;
  variables_.set_run_counter(info_.progress.run_counter);
  // What a crash may have left between a checkpoint and the files beside it.
  if (info_.progress.best_step > 0 && info_.progress.best_step == info_.progress.step) {
    point_to(directory, "best", checkpoint_name(info_.progress.best_step));
  }
  truncate_log(directory, info_.progress.step);
  const std::vector<LogEntry> log = read_log(directory);
  if (!log.empty()) earlier_seconds_ = log.back().seconds;
  progress_.print(
      fmt::format("resuming at step {}, after {}", info_.progress.step, duration_text(earlier_seconds_)));
}

double Trainer::seconds_now() const {
  return earlier_seconds_ + clock_seconds() - started_;
}

void Trainer::compile_steps() {
  const double before = clock_seconds();
  const TrainingRecipe& recipe = options_.recipe;
  const bool averaging = averages(Averaging::Kind::exponential);
  const CompileOptions compiling{.precision = recipe.precision, .check_finite = options_.check_finite};
  std::int64_t arena = 0;
  std::size_t on_host = 0;
  const auto count = [&](const Executable& executable) {
    arena = std::max(arena, executable.plan().arena_bytes);
    on_host += executable.steps_on_host();
  };
  for (const BatchShape& shape : batches_.shapes()) {
    if (recipe.accumulate == 1) {
      steps_.push_back(std::make_unique<TrainingStep>(options_.config, shape, recipe.step, variables_,
                                                      averaging, compiling));
      count(steps_.back()->executable());
    } else {
      gradient_steps_.push_back(
          std::make_unique<GradientStep>(options_.config, shape, recipe.step, variables_, compiling));
      count(gradient_steps_.back()->executable());
    }
  }
  if (recipe.accumulate > 1) {
    update_step_ =
        std::make_unique<UpdateStep>(options_.config, recipe.step, variables_, averaging, compiling);
  }
  std::int64_t state = 0;
  for (const std::string& name : variables_.names()) state += variables_.type(name).bytes();
  progress_.print(fmt::format(
      "{} pairs ({} too long, {} with an empty side), {} batches an epoch, {:.1f} % padding", batches_.kept(),
      batches_.dropped(), skipped_pairs_, batches_.batches_per_epoch(), 100 * batches_.padding_waste()));
  progress_.print(fmt::format(
      "{} executables compiled in {:.1f} s; planned peak {:.1f} MiB, of which variables {:.1f} MiB",
      batches_.shapes().size() + (update_step_ ? 1 : 0), clock_seconds() - before, mebibytes(arena + state),
      mebibytes(state)));
  if (!variables_.backend().runs_on_host()) progress_.print(fmt::format("steps on the CPU: {}", on_host));
}

StepRates Trainer::rates() const {
  const std::int64_t step = info_.progress.step + 1;
  const TrainingRecipe& recipe = options_.recipe;
  return {learning_rate(recipe, width_of(options_.config), step, info_.progress.epoch),
          average_weight(recipe.averaging.decay, step)};
}

StepResult Trainer::run_accumulated(const std::vector<Batch>& batches) {
  std::int64_t words = 0, count = 0;
  for (const Batch& batch : batches) {
    words += batch.target_tokens;
    count += loss_count(batch, options_.recipe.step);
  }
  StepResult result;
  for (const Batch& batch : batches) result.loss += gradient_steps_[batch.shape_index]->run(batch, count);
  result.loss *= static_cast<double>(count) / static_cast<double>(words);
  result.gradient_norm = update_step_->run(rates());
  return result;
}

Batch Trainer::next_batch() {
  TrainingProgress& progress = info_.progress;
  Batch batch = ready_ ? std::move(*ready_) : batches_.batch(progress.epoch, progress.batch);
  ready_.reset();
  sitting_tokens_ += static_cast<double>(batch.source_tokens + batch.target_tokens);
  if (++progress.batch == batches_.batches_per_epoch()) {
    progress.batch = 0;
    ++progress.epoch;
  }
  return batch;
}

StepResult Trainer::run_whole(const Batch& batch) {
  TrainingStep& step = *steps_[batch.shape_index];
  step.start(batch, rates());
  ready_ = batches_.batch(info_.progress.epoch, info_.progress.batch);
  return step.result();
}

StepResult Trainer::run_step() {
  std::vector<Batch> batches;
  for (std::int64_t i = 0; i < options_.recipe.accumulate; ++i) batches.push_back(next_batch());
  const double before = clock_seconds();
  const StepResult result = update_step_ ? run_accumulated(batches) : run_whole(batches.front());
  sitting_seconds_ += clock_seconds() - before;
  return result;
}

void Trainer::train_step() {
  const StepResult result = run_step();
  if (!std::isfinite(result.loss)) {
    throw Error(
        fmt::format("the loss of step {} is {}: the learning rate may be too high; the last checkpoint in {} "
                    "is intact, and "
                    "resuming from it with --check-finite says which op it comes from",
                    info_.progress.step + 1, result.loss, options_.directory));
  }
  smoothed_loss_ = smoothed_loss_ == 0 ? result.loss : 0.98 * smoothed_loss_ + 0.02 * result.loss;
  ++info_.progress.step;
  saved_at_.clear();
}

double Trainer::epochs_done() const {
  return static_cast<double>(info_.progress.epoch) +
         static_cast<double>(info_.progress.batch) / static_cast<double>(batches_.batches_per_epoch());
}

double Trainer::tokens_per_second() const {
  return sitting_tokens_ / std::max(1e-9, sitting_seconds_);
}

std::string Trainer::status() const {
  const double elapsed = seconds_now();
  std::string text = fmt::format("step {}  epoch {:.2f}  loss {:.3f}  {:.0f} tokens/s  rate {:.2e}  {}",
                                 info_.progress.step, epochs_done(), smoothed_loss_, tokens_per_second(),
                                 rates().learning_rate, duration_text(elapsed));
  if (options_.limits.max_minutes > 0)
    text += fmt::format(", {} left", duration_text(60 * options_.limits.max_minutes - elapsed));
  return text;
}

// Fills average/NAME where that is not the step's own work, and hands the averages to validation.
void Trainer::average() {
  if (averages(Averaging::Kind::none)) return;
  if (averages(Averaging::Kind::last)) {
    std::vector<std::int64_t>& snapshots = info_.progress.snapshots;
    std::vector<std::string> paths;
    for (const std::int64_t step : snapshots)
      paths.push_back((std::filesystem::path(options_.directory) / checkpoint_name(step)).string());
    average_with_checkpoints(paths, options_.config, variables_);
    snapshots.push_back(info_.progress.step);
    if (static_cast<std::int64_t>(snapshots.size()) >= options_.recipe.averaging.count)
      snapshots.erase(snapshots.begin());
  }
  copy_averages(variables_, options_.config, *averaged_);
}

void Trainer::validate_and_save(TrainingResult& result) {
  average();
  result.validation = validator_.validate();
  TrainingProgress& progress = info_.progress;
  const double score = score_of(result.validation, options_.recipe.judge);
  const bool is_best = score > progress.best_score;
  if (is_best) {
    progress.best_score = score;
    progress.best_step = progress.step;
  }
  progress.since_best = is_best ? 0 : progress.since_best + 1;
  save(result, result.validation);
  if (is_best) point_to(options_.directory, "best", checkpoint_name(progress.step));
  remove_old_checkpoints(options_.directory, progress.snapshots);
  progress_.print(fmt::format("step {}  validation {}  training loss {:.3f}  {:.0f} tokens/s  {}{}",
                              progress.step, to_text(result.validation), smoothed_loss_, tokens_per_second(),
                              duration_text(seconds_now()), is_best ? "  (best)" : ""));
}

void Trainer::save(TrainingResult& result, const std::optional<ValidationResult>& validation) {
  LogEntry entry;
  entry.step = info_.progress.step;
  entry.epoch = epochs_done();
  entry.seconds = seconds_now();
  entry.loss = smoothed_loss_;
  entry.tokens_per_second = tokens_per_second();
  if (validation) {
    entry.perplexity = validation->perplexity;
    entry.bleu = validation->bleu;
    entry.exact_match = validation->exact_match;
  }
  append_log(options_.directory, entry);
  info_.progress.run_counter = variables_.run_counter();
  result.info = info_;
  saved_at_ = save_checkpoint(options_.directory, info_, vocabularies_, variables_);
  result.checkpoint = saved_at_;
}

std::optional<StopReason> Trainer::reached_limit() const {
  const TrainingLimits& limits = options_.limits;
  const TrainingProgress& progress = info_.progress;
  const double percent = options_.recipe.judge == Judge::exact_match ? progress.best_score : -1;
  if (limits.enough > 0 && percent >= limits.enough) return StopReason::enough;
  if (limits.patience > 0 && progress.since_best >= limits.patience) return StopReason::patience;
  if (limits.max_steps > 0 && progress.step >= limits.max_steps) return StopReason::steps;
  if (limits.epochs > 0 && progress.epoch >= limits.epochs) return StopReason::epochs;
  if (limits.max_minutes > 0 && seconds_now() >= 60 * limits.max_minutes) return StopReason::minutes;
  return std::nullopt;
}

TrainingResult Trainer::train(const std::atomic<bool>& stop) {
  started_ = clock_seconds();
  compile_steps();
  TrainingResult result;
  result.info = info_;
  result.checkpoint = saved_at_;
  const std::int64_t every = options_.recipe.validate_every;
  for (;;) {
    if (const auto reason = reached_limit()) {
      result.reason = *reason;
      break;
    }
    if (stop.load()) {
      result.reason = StopReason::interrupted;
      if (saved_at_.empty()) save(result, std::nullopt);
      return result;
    }
    train_step();
    progress_.update(status());
    if (info_.progress.step % every == 0) validate_and_save(result);
  }
  if (saved_at_.empty()) validate_and_save(result);
  return result;
}

}  // namespace heed

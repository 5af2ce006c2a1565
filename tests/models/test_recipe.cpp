#include <cmath>
#include <filesystem>

#include "little_training.h"
#include "temporary_directory.h"
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <heed/models/training/averaging.h>

using namespace heed;
using namespace heed::little;
namespace fs = std::filesystem;

namespace {

constexpr BatchShape quarter{2, 5, 6};

// A batch of words drawn at random; the last row of every second batch is padding.
Batch random_batch(const BatchShape& shape, std::uint32_t seed) {
  Batch batch;
  batch.source = Array(DType::i32, {shape.rows, shape.source_length});
  batch.source_lengths = Array(DType::i32, {shape.rows});
  batch.target_input = Array(DType::i32, {shape.rows, shape.target_length});
  batch.target_output = Array(DType::i32, {shape.rows, shape.target_length});
  batch.weights = Array(DType::f32, {shape.rows, shape.target_length});
  std::uint32_t state = seed;
  const auto draw = [&] {
    return static_cast<std::int32_t>(4 + (state = state * 1664525 + 1013904223) % 40);
  };
  for (auto& id : batch.source.values<std::int32_t>()) id = draw();
  for (auto& id : batch.target_input.values<std::int32_t>()) id = draw();
  for (auto& id : batch.target_output.values<std::int32_t>()) id = draw();
  std::ranges::fill(batch.source_lengths.values<std::int32_t>(),
                    static_cast<std::int32_t>(shape.source_length));
  const std::int64_t rows = seed % 2 ? shape.rows : shape.rows - 1;
  std::ranges::fill(batch.weights.values<float>().first(static_cast<std::size_t>(rows * shape.target_length)),
                    1.0f);
  batch.target_tokens = rows * shape.target_length;
  return batch;
}

Array rows_of(const Array& a, const Array& b) {
  const auto sizes = a.shape().sizes();
  std::vector<std::int64_t> shape(sizes.begin(), sizes.end());
  shape[0] *= 2;
  Array both(a.dtype(), Shape(shape));
  for (std::int64_t i = 0; i < a.elements(); ++i) {
    both.set_number(i, a.number(i));
    both.set_number(a.elements() + i, b.number(i));
  }
  return both;
}

Batch together(const Batch& a, const Batch& b) {
  Batch batch;
  batch.source = rows_of(a.source, b.source);
  batch.source_lengths = rows_of(a.source_lengths, b.source_lengths);
  batch.target_input = rows_of(a.target_input, b.target_input);
  batch.target_output = rows_of(a.target_output, b.target_output);
  batch.weights = rows_of(a.weights, b.weights);
  batch.target_tokens = a.target_tokens + b.target_tokens;
  return batch;
}

TransformerConfig without_dropout() {
  TransformerConfig config = transformer_preset("micro", 50);
  config.dropout = 0;
  return config;
}

void check_close(const Array& a, const Array& b, double tolerance) {
  REQUIRE(a.type() == b.type());
  double worst = 0, largest = 0;
  for (std::int64_t i = 0; i < a.elements(); ++i) {
    worst = std::max(worst, std::abs(a.number(i) - b.number(i)));
    largest = std::max(largest, std::abs(a.number(i)));
  }
  CHECK(worst <= tolerance * largest);
}

std::string whole_checkpoint(const std::string& path) {
  std::string bytes;
  for (const char* file : {"model.safetensors", "config.json", "vocabulary"}) {
    const std::string part = bytes_of(fs::path(path) / file);
    REQUIRE_FALSE(part.empty());
    bytes += part;
  }
  return bytes;
}

}  // namespace

TEST_CASE("the gradients of accumulated batches are those of one batch that holds them all") {
  const Batch a = random_batch(quarter, 1), b = random_batch(quarter, 2);
  const StepRates rates{.learning_rate = 1e-3};
  const auto backend = open_backend(backend_names().front());

  Variables at_once(backend, 1);
  BatchShape half = quarter;
  half.rows *= 2;
  TrainingStep step(without_dropout(), half, {}, at_once);
  const StepResult expected = step.run(together(a, b), rates);

  Variables in_parts(backend, 1);
  GradientStep gradient(without_dropout(), quarter, {}, in_parts);
  UpdateStep update(without_dropout(), {}, in_parts);
  for (int twice = 0; twice < 2; ++twice) {  // the second time on what the first left
    const std::int64_t words = a.target_tokens + b.target_tokens;
    const double loss = gradient.run(a, words) + gradient.run(b, words);
    const double norm = update.run(rates);
    if (twice == 0) {
      CHECK(loss == doctest::Approx(expected.loss).epsilon(1e-6));
      CHECK(norm == doctest::Approx(expected.gradient_norm).epsilon(1e-5));
    } else {
      step.run(together(a, b), rates);
    }
    for (const auto& parameter : parameters_of(without_dropout())) {
      const std::string& name = parameter.first;
      const TensorType& type = parameter.second;
      CAPTURE(name);
      check_close(at_once.get("adam/first/" + name), in_parts.get("adam/first/" + name), 2e-4);
      CHECK(in_parts.get(accumulated_prefix + name) == Array(type.dtype, type.shape));
    }
  }
}

TEST_CASE("an exponential average is the weighted mean of the weights after each step") {
  const double decay = 0.9;
  Variables variables(open_backend(backend_names().front()), 1);
  TrainingStep step(without_dropout(), quarter, {}, variables, true);
  const std::string name = "encoder/0/self/query";
  REQUIRE(variables.contains(name));
  double sum = 0, weights = 0;
  for (int i = 1; i <= 6; ++i) {
    step.run(random_batch(quarter, 1), {1e-2, average_weight(decay, i)});
    sum = decay * sum + variables.get(name).number(7);
    weights = decay * weights + 1;
    CHECK(variables.get(average_prefix + name).number(7) == doctest::Approx(sum / weights).epsilon(1e-5));
  }
}

TEST_CASE("an average of the last checkpoints is their mean, and is what a translator loads") {
  const TranslationData data = little_data();
  const Vocabularies vocabularies = words_of(data);
  const TemporaryDirectory directory;
  TrainerOptions options = little_options(vocabularies, directory.file("run"));
  options.recipe.validate_every = 3;
  options.recipe.averaging = {Averaging::Kind::last, 0, 3};
  options.limits.max_steps = 12;
  const TrainingResult result = run_training(data, vocabularies, options);
  CHECK(result.info.progress.snapshots == std::vector<std::int64_t>{9, 12});

  // The checkpoints of steps 6, 9 and 12; that of step 6 is gone, so train to it again.
  const TemporaryDirectory other;
  options.directory = other.file("run");
  options.limits.max_steps = 6;
  const std::string at_6 = run_training(data, vocabularies, options).checkpoint;
  const std::string run = directory.file("run");
  const TensorFile parts[] = {read_checkpoint_tensors(at_6, options.config),
                              read_checkpoint_tensors(run + "/step-9", options.config),
                              read_checkpoint_tensors(run + "/step-12", options.config)};
  Variables loaded(open_backend(backend_names().front()));
  load_model(result.checkpoint, result.info, loaded);
  double moved = 0;
  for (const auto& [name, type] : parameters_of(options.config)) {
    double mean = 0;
    for (const TensorFile& part : parts) mean += part.tensors.at(name).number(1) / 3;
    CHECK(loaded.get(name).number(1) == doctest::Approx(mean).epsilon(1e-6));
    moved += std::abs(mean - parts[2].tensors.at(name).number(1));
  }
  CHECK(moved > 1e-6);
}

TEST_CASE("training that does not get better stops early, and stays stopped") {
  const TranslationData data = little_data();
  const Vocabularies vocabularies = words_of(data);
  const TemporaryDirectory directory;
  TrainerOptions options = little_options(vocabularies, directory.file("run"));
  options.recipe.validate_every = 2;
  options.recipe.rate_scale = 1e-12;  // nothing moves
  options.recipe.judge = Judge::perplexity;
  options.limits.max_steps = 100;
  options.limits.patience = 3;
  TrainingResult result = run_training(data, vocabularies, options);
  CHECK(result.reason == StopReason::patience);
  CHECK(result.info.progress.step == 8);
  CHECK(result.info.progress.best_step == 2);
  options.resume = true;
  result = run_training(data, vocabularies, options);
  CHECK(result.reason == StopReason::patience);
  CHECK(result.info.progress.step == 8);
}

TEST_CASE("whatever the recipe, a run in sittings ends with the checkpoint of one that never stopped") {
  const TranslationData data = little_data();
  const Vocabularies vocabularies = words_of(data);
  TrainingRecipe recipe = little_options(vocabularies, "").recipe;
  recipe.validate_every = 4;
  SUBCASE("plain") {}
  SUBCASE("with batches accumulated") {
    recipe.accumulate = 3;
  }
  SUBCASE("with an exponential average") {
    recipe.averaging = {Averaging::Kind::exponential, 0.8, 0};
  }
  SUBCASE("with the last checkpoints averaged") {
    recipe.averaging = {Averaging::Kind::last, 0, 3};
  }
  SUBCASE("with both accumulated batches and an average") {
    recipe.accumulate = 2;
    recipe.averaging = {Averaging::Kind::exponential, 0.8, 0};
  }
  const TemporaryDirectory whole, parts;
  TrainerOptions options = little_options(vocabularies, whole.file("run"));
  options.recipe = recipe;
  const TrainingResult expected = run_training(data, vocabularies, options);
  options.directory = parts.file("run");
  options.limits.max_steps = 4;
  run_training(data, vocabularies, options);
  options.resume = true;
  TrainingResult resumed;
  for (const std::int64_t steps : {8, 12}) {
    options.limits.max_steps = steps;
    resumed = run_training(data, vocabularies, options, steps == 8 ? 1 : 2);
  }
  CHECK(whole_checkpoint(resumed.checkpoint) == whole_checkpoint(expected.checkpoint));
}

TEST_CASE("a run resumes only with the recipe it was begun with, and the message says what differs") {
  const TranslationData data = little_data();
  const Vocabularies vocabularies = words_of(data);
  const TemporaryDirectory directory;
  TrainerOptions options = little_options(vocabularies, directory.file("run"));
  options.limits.max_steps = 1;
  run_training(data, vocabularies, options);
  options.resume = true;
  const auto refused = [&](const TranslationData& with, const TrainerOptions& changed,
                           const std::string& what) {
    const std::string text =
        fmt::format("{}/step-1 was begun otherwise: {}; resume it with the data and options it began with",
                    directory.file("run"), what);
    CHECK_THROWS_WITH_AS(run_training(with, vocabularies, changed), text.c_str(), Error);
  };
  TrainerOptions changed = options;
  changed.recipe.warmup = 77;
  refused(data, changed, "recipe.warmup is 300 and 77");
  changed = options;
  changed.recipe.averaging = {Averaging::Kind::last, 0, 2};
  refused(data, changed, "recipe.averaging.count is 0 and 2");
  changed = options;
  std::get<TransformerConfig>(changed.config).dropout = 0.25;
  refused(data, changed, "config.dropout is 0.1 and 0.25");
  TranslationData other = data;
  other.train.pairs.front().target += " oder so";
  refused(other, options, fmt::format("corpus is \"{}\" and \"{}\"", digest(data), digest(other)));
}

TEST_CASE("a model with a vocabulary for each language trains, is saved, and translates") {
  const TranslationData data = little_data();
  const Vocabularies vocabularies = train_vocabularies(data.train, {.max_size = 1000, .shared = false});
  CHECK_FALSE(vocabularies.source == vocabularies.target);
  const TemporaryDirectory directory;
  TrainerOptions options = little_options(vocabularies, directory.file("run"));
  options.recipe.vocabulary.shared = false;
  set_source_vocabulary(options.config, static_cast<std::int64_t>(vocabularies.source.size()));
  const TrainingResult result = run_training(data, vocabularies, options);
  const Checkpoint checkpoint = read_checkpoint(result.checkpoint);
  CHECK(checkpoint.vocabularies == vocabularies);
  CHECK(parameters_of(checkpoint.info.config).contains("source_embedding"));
  Translator translator(directory.file("run"), open_backend(backend_names().front()));
  CHECK(translator.translate(std::vector<std::string>{"twenty-one"}).size() == 1);
}

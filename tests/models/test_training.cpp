#include <atomic>
#include <filesystem>
#include <fstream>

#include "../message_of.h"
#include "little_training.h"
#include "temporary_directory.h"
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <heed/models/text/files.h>
#include <heed/models/training/optimizer.h>
#include <heed/models/training/safetensors.h>
#include <heed/ops/elementwise.h>

using namespace heed;
using namespace heed::little;
using heed::test::message_of;
namespace fs = std::filesystem;

TEST_CASE("training the same way twice, with any number of threads, gives the same bytes") {
  const TranslationData data = little_data();
  const Vocabularies vocabularies = words_of(data);
  std::string expected;
  for (const int threads : {1, 1, 2, 3}) {
    const TemporaryDirectory directory;
    const TrainingResult result =
        run_training(data, vocabularies, little_options(vocabularies, directory.name()), threads);
    const std::string weights = bytes_of(fs::path(result.checkpoint) / "model.safetensors");
    REQUIRE(weights.size() > 1000);
    if (expected.empty()) expected = weights;
    CHECK(weights == expected);
  }
}

TEST_CASE("a resumed run ends with the bytes of one that never stopped") {
  const TranslationData data = little_data();
  const Vocabularies vocabularies = words_of(data);
  const TemporaryDirectory whole, parts;
  const TrainingResult expected =
      run_training(data, vocabularies, little_options(vocabularies, whole.name()));
  TrainerOptions options = little_options(vocabularies, parts.name());
  options.limits.max_steps = 5;
  run_training(data, vocabularies, options);
  options.limits.max_steps = 12;
  options.resume = true;
  const TrainingResult resumed = run_training(data, vocabularies, options);
  CHECK(resumed.info.progress.step == 12);
  CHECK(bytes_of(fs::path(resumed.checkpoint) / "model.safetensors") ==
        bytes_of(fs::path(expected.checkpoint) / "model.safetensors"));
}

TEST_CASE("a step's plan copies no state and fits its promise") {
  Variables variables(open_backend(backend_names().front()), 1);
  const TrainingStep step(transformer_preset("micro", 50), {4, 8, 8}, {}, variables);
  const Plan& plan = step.executable().plan();
  CHECK(plan.state_copies == 0);
  CHECK(plan.arena_bytes >= plan.live_bytes);
  CHECK(static_cast<double>(plan.arena_bytes) < 1.3 * static_cast<double>(plan.live_bytes));
}

TEST_CASE("recomputed layers train to the same bytes, and resume runs that kept theirs") {
  const TranslationData data = little_data();
  const Vocabularies vocabularies = words_of(data);
  const TemporaryDirectory kept, recomputed;
  const TrainingResult expected = run_training(data, vocabularies, little_options(vocabularies, kept.name()));
  TrainerOptions options = little_options(vocabularies, recomputed.name());
  options.limits.max_steps = 5;
  run_training(data, vocabularies, options);
  options.limits.max_steps = 12;
  options.resume = true;
  std::get<TransformerConfig>(options.config).recompute = true;
  const TrainingResult result = run_training(data, vocabularies, options);
  CHECK(bytes_of(fs::path(result.checkpoint) / "model.safetensors") ==
        bytes_of(fs::path(expected.checkpoint) / "model.safetensors"));
}

TEST_CASE("recomputed layers need much less memory for a training step") {
  const auto arena = [](bool recompute) {
    TransformerConfig config = transformer_preset("small", 1000);
    config.recompute = recompute;
    Variables variables(open_backend(backend_names().front()), 1);
    const TrainingStep step(config, {64, 32, 32}, {}, variables);
    CHECK(step.executable().plan().state_copies == 0);
    return step.executable().plan().arena_bytes;
  };
  const std::int64_t recomputed = arena(true), kept = arena(false);
  CAPTURE(recomputed);
  CAPTURE(kept);
  CHECK(recomputed < kept / 2);
}

TEST_CASE("an existing run is not overwritten, and a missing one not resumed") {
  const TranslationData data = little_data();
  const Vocabularies vocabularies = words_of(data);
  const TemporaryDirectory directory;
  fs::create_directories(fs::path(directory.name()) / "step-1");
  TrainerOptions options = little_options(vocabularies, directory.name());
  CHECK_THROWS_WITH_AS(
      run_training(data, vocabularies, options),
      fmt::format("{} exists already: choose another directory, or resume the run in it", directory.name())
          .c_str(),
      Error);
  options.resume = true;
  CHECK_THROWS_AS(run_training(data, vocabularies, options), Error);
}

TEST_CASE("a run resumes only as what it was begun") {
  const TranslationData data = little_data();
  const Vocabularies vocabularies = words_of(data);
  const TemporaryDirectory directory;
  TrainerOptions options = little_options(vocabularies, directory.name());
  options.limits.max_steps = 1;
  run_training(data, vocabularies, options);
  options.resume = true;
  options.seed = 2;
  CHECK_THROWS_AS(run_training(data, vocabularies, options), Error);
  options.seed = 1;
  const Vocabularies other =
      train_vocabularies(data.train, {.kind = VocabularyKind::character, .max_size = 1000});
  std::get<TransformerConfig>(options.config).vocabulary = static_cast<std::int64_t>(other.target.size());
  CHECK_THROWS_AS(run_training(data, other, options), Error);
}

TEST_CASE("interrupted training saves where it is") {
  const TranslationData data = little_data();
  const Vocabularies vocabularies = words_of(data);
  const TemporaryDirectory directory;
  QuietProgress quiet;
  Trainer trainer(data, vocabularies, little_options(vocabularies, directory.name()),
                  open_backend(backend_names().front()), quiet.line);
  const std::atomic<bool> stop{true};
  const TrainingResult result = trainer.train(stop);
  CHECK(result.reason == StopReason::interrupted);
  CHECK(fs::exists(fs::path(result.checkpoint) / "model.safetensors"));
}

TEST_CASE("a translator loads a run, translates, and says what each word looked at") {
  const TranslationData data = little_data();
  const Vocabularies vocabularies = words_of(data);
  const TemporaryDirectory directory;
  run_training(data, vocabularies, little_options(vocabularies, directory.name()));
  Translator translator(directory.name(), open_backend(backend_names().front()));
  const std::vector<std::string> texts{"twenty-one", "", "four hundred and two"};
  const std::vector<Translation> translations = translator.translate(texts, {.with_weights = true});
  REQUIRE(translations.size() == 3);
  CHECK(translations[1].text.empty());
  CHECK(translations[0].text == translator.translate(texts)[0].text);
  for (const Translation& translation : translations) {
    CHECK(translation.weights.size() == translation.target_pieces.size());
    for (const auto& row : translation.weights) {
      REQUIRE(row.size() == translation.source_pieces.size());
      double total = 0;
      for (const float weight : row) total += weight;
      CHECK(total == doctest::Approx(1.0).epsilon(1e-5));
    }
  }
  CHECK_THROWS_WITH_AS(translator.translate(std::vector<std::string>{"one", "\xff"}),
                       "line 2 is not valid UTF-8 (byte 1)", Error);
}

TEST_CASE("a damaged or foreign checkpoint is refused with its path") {
  const TranslationData data = little_data();
  const Vocabularies vocabularies = words_of(data);
  const TemporaryDirectory directory;
  TrainerOptions options = little_options(vocabularies, directory.name());
  options.limits.max_steps = 1;
  const std::string checkpoint = run_training(data, vocabularies, options).checkpoint;
  const auto backend = open_backend(backend_names().front());
  const auto load = [&] { return Translator(directory.name(), backend); };

  const fs::path weights = fs::path(checkpoint) / "model.safetensors";
  const std::string whole = bytes_of(weights);
  const auto write = [](const fs::path& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
  };
  SUBCASE("truncated") {
    write(weights, whole.substr(0, whole.size() / 2));
    CHECK_THROWS_AS(load(), Error);
  }
  SUBCASE("without its weights") {
    fs::remove(weights);
    CHECK_THROWS_AS(load(), Error);
  }
  SUBCASE("lacking a tensor") {
    TensorFile file = read_safetensors(weights.string());
    file.tensors.erase("embedding");
    write_safetensors(weights.string(), file);
    CHECK_THROWS_WITH_AS(load(), fmt::format("{} lacks the tensor embedding", weights.string()).c_str(),
                         Error);
  }
  SUBCASE("with a foreign description") {
    write(fs::path(checkpoint) / "config.json", "{\"hello\": 1}");
    CHECK_THROWS_AS(load(), Error);
  }
  SUBCASE("with a number that is none of its kind") {
    const fs::path config = fs::path(checkpoint) / "config.json";
    std::string text = read_file(config.string());
    const std::size_t place = text.find("\"epoch\": ");
    REQUIRE(place != std::string::npos);
    for (const char* number : {"1e300", "-1e300", "0.5", "18446744073709551615", "true"}) {
      std::string changed = text;
      changed.replace(place + 9, text.find_first_of(",\n", place) - place - 9, number);
      write(config, changed);
      CHECK(message_of(load).starts_with(
          fmt::format("{}: \"epoch\" is a whole number from ", config.string())));
    }
  }
  SUBCASE("not there at all") {
    CHECK_THROWS_AS(Translator("/nowhere/at/all", backend), Error);
  }
}

TEST_CASE("Adam and SGD take the steps that the formulas give") {
  const double gradients_fed[] = {0.1, -0.2, 0.3, 0};
  const double adam_expected[] = {0.99900000001, 0.999365053921, 0.999023681068, 0.998742686903};
  Graph graph;
  const Tensor theta = graph.variable("theta", DType::f64, {}, ones());
  const Tensor gradient = graph.input("gradient", DType::f64, {});
  const Updates updates = adam(std::span(&theta, 1), std::span(&gradient, 1),
                               {.fixed_rate = 1e-3, .coefficients = {0.9, 0.98, 1e-9}});
  Variables variables(open_backend("reference"));
  Executable step = compile({}, updates, variables);
  CHECK(step.plan().state_copies == 0);
  for (int i = 0; i < 4; ++i) {
    step.run({{gradient, Array::scalar(gradients_fed[i])}});
    CHECK(variables.get("theta").number(0) == doctest::Approx(adam_expected[i]).epsilon(1e-12));
  }
}

TEST_CASE("gradients are clipped to a global norm, and small ones left alone") {
  Graph graph;
  const Tensor a = graph.input("a", DType::f64, {2});
  const Tensor b = graph.input("b", DType::f64, {});
  const Tensor both[] = {a, b};
  const ClippedGradients clipped = clip_by_global_norm(both, 1.0);
  Variables variables(open_backend("reference"));
  Executable run = compile({clipped.gradients[0], clipped.gradients[1], clipped.norm}, variables);
  const auto check = [&](double x, double y, double z, double norm, double factor) {
    run.run({{a, Array({2}, std::vector<double>{x, y})}, {b, Array::scalar(z)}});
    CHECK(run.value(clipped.norm).number(0) == doctest::Approx(norm));
    CHECK(run.value(clipped.gradients[0]).number(0) == doctest::Approx(x * factor));
    CHECK(run.value(clipped.gradients[1]).number(0) == doctest::Approx(z * factor));
  };
  check(2, 3, 6, 7, 1.0 / 7);
  check(0.2, 0.3, 0.6, 0.7, 1);
  check(0, 0, 0, 0, 1);
}

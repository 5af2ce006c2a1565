// Bahdanau's and Luong's models: sizes, padding, gradients, what their options change.
#include <cmath>
#include <map>

#include "../cpu_backends.h"
#include "../message_of.h"
#include <doctest/doctest.h>

#include <heed/autodiff/check_gradients.h>
#include <heed/autodiff/gradients.h>
#include <heed/backends/executable.h>
#include <heed/models/model_config.h>
#include <heed/models/training/training_graph.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/reduce.h>

using namespace heed;
using heed::test::message_of;

namespace {

constexpr std::int64_t words = 20;

// The sum of the weights whose names begin so, biases aside.
std::int64_t weights_under(const ModelConfig& config, std::initializer_list<const char*> beginnings) {
  std::int64_t sum = 0;
  for (const auto& [name, type] : parameters_of(config)) {
    if (name.ends_with("bias")) continue;
    for (const char* beginning : beginnings) {
      if (name.starts_with(beginning)) sum += type.shape.elements();
    }
  }
  return sum;
}

// Models with all options, in float64 and small.
std::vector<ModelConfig> small_models() {
  std::vector<ModelConfig> models;
  for (const bool attention : {true, false}) {
    for (const char* variant : {"a", "b", "c"}) {
      BahdanauConfig config{.vocabulary = words,
                            .embedding = 4,
                            .encoder_units = 3,
                            .units = 5,
                            .alignment = 4,
                            .maxout = 4,
                            .attention = attention,
                            .variant = bahdanau_variant(variant),
                            .tied = variant[0] == 'b'};
      config.dtype = DType::f64;
      models.emplace_back(config);
    }
  }
  for (const bool feeding : {true, false}) {
    for (const char* score : {"dot", "general", "concat", "location"}) {
      LuongConfig config{.vocabulary = words, .embedding = 4, .units = 4, .layers = 2};
      config.score = luong_score(score);
      config.window = luong_window(score[0] == 'd' ? "local-m" : score[0] == 'g' ? "local-p" : "global");
      config.half_width = 2;
      config.longest = 4;
      config.input_feeding = config.reversed = feeding;
      config.bias = config.tied = feeding;
      config.dtype = DType::f64;
      models.emplace_back(config);
    }
  }
  LuongConfig plain{.vocabulary = words, .embedding = 4, .units = 3, .layers = 1, .attention = false};
  plain.input_feeding = false;
  plain.dtype = DType::f64;
  models.emplace_back(plain);
  return models;
}

struct Sentences {
  std::int64_t source_length;
  std::vector<std::int32_t> source, lengths, target;  // target: 3 words a row
};

const Sentences two{5, {4, 9, 7, 6, 3, 8, 5, 3, 0, 0}, {5, 3}, {2, 4, 5, 2, 11, 12}};

struct Built {
  Built(const ModelConfig& config, const Sentences& sentences) : model(make_model(graph, config)) {
    const auto rows = static_cast<std::int64_t>(sentences.lengths.size());
    const auto constant = [&](const Shape& shape, const std::vector<std::int32_t>& values) {
      return graph.constant(Array(shape, values));
    };
    scores = model->scores(constant({rows, sentences.source_length}, sentences.source),
                           constant({rows}, sentences.lengths), constant({rows, 3}, sentences.target));
  }
  Graph graph;
  std::unique_ptr<TranslationModel> model;
  Tensor scores;
};

std::vector<Array> values(const Tensors& fetches, const char* backend = "reference") {
  Variables variables(open_backend(backend), 3);
  Executable executable = compile(fetches, {}, variables);
  executable.run({});
  std::vector<Array> found;
  for (const Tensor& fetch : fetches) found.push_back(executable.value(fetch));
  return found;
}

}  // namespace

TEST_CASE("RNNsearch has the paper's sizes, component by component") {
  BahdanauConfig config = bahdanau_preset("paper", 30000);
  config.source_vocabulary = 30000;
  CHECK(weights_under(config, {"embedding", "source_embedding"}) == 37200000);
  CHECK(weights_under(config, {"encoder/"}) == 9720000);
  CHECK(weights_under(config, {"decoder/"}) == 10860000);
  CHECK(weights_under(config, {"attention/"}) == 3001000);  // 3.00 M
  CHECK(weights_under(config, {"start/"}) == 1000000);
  CHECK(weights_under(config, {"output/"}) == 18620000);
  CHECK(weights_under(config, {""}) == 80401000);  // about 80.4 M without biases
  config.attention = false;                        // C has the width of one direction
  CHECK(weights_under(config, {"decoder/context_weight"}) == 3000000);
  CHECK(weights_under(config, {"attention/"}) == 0);
}

TEST_CASE("Luong's model has the paper's sizes, component by component") {
  LuongConfig config = luong_preset("paper", 50000);
  config.source_vocabulary = 50000;
  CHECK(weights_under(config, {"embedding", "source_embedding"}) == 100000000);
  CHECK(weights_under(config, {"encoder/"}) == 32000000);
  CHECK(weights_under(config, {"decoder/"}) == 36000000);  // with input feeding
  CHECK(weights_under(config, {"attention/W_c"}) == 2000000);
  CHECK(weights_under(config, {"output/"}) == 50000000);
  CHECK(weights_under(config, {"attention/W_a"}) == 1000000);
  CHECK(count_parameters(config).all == weights_under(config, {""}));  // no biases
}

TEST_CASE("what lies behind the end of a source changes nothing") {
  Sentences padded = two;
  padded.source = {4, 9, 7, 6, 3, 15, 15, 8, 5, 3, 16, 17, 18, 19};
  padded.source_length = 7;
  for (const ModelConfig& config : small_models()) {
    CAPTURE(describe(config));
    Built built(config, two), longer(config, padded);
    const Array expected = values({built.scores})[0], found = values({longer.scores})[0];
    REQUIRE(found.shape() == Shape{2, 3, words});
    for (std::int64_t i = 0; i < found.elements(); ++i)
      CHECK(found.number(i) == doctest::Approx(expected.number(i)).epsilon(1e-12));
  }
}

TEST_CASE("a word's scores do not depend on the words after it") {
  Sentences other = two;
  other.target = {2, 4, 13, 2, 11, 14};  // the last input of each row is another word
  for (const ModelConfig& config : small_models()) {
    CAPTURE(describe(config));
    Built built(config, two), changed(config, other);
    const Array before = values({built.scores})[0], after = values({changed.scores})[0];
    bool last_differs = false;
    for (std::int64_t i = 0; i < before.elements(); ++i) {
      const std::int64_t position = i / words % 3;
      if (position < 2) CHECK(before.number(i) == after.number(i));
      if (position == 2) last_differs = last_differs || before.number(i) != after.number(i);
    }
    CHECK(last_differs);
  }
}

TEST_CASE("weights of each word's attention sum to one where they should, and end with the source") {
  for (const ModelConfig& config : small_models()) {
    CAPTURE(describe(config));
    Built built(config, two);
    const Tensors weights = built.model->attention_weights();
    if (weights.empty()) continue;
    REQUIRE(weights.size() == 1);
    CHECK(built.graph.find("attention/weights") == weights[0]);
    const Array found = values(weights)[0];
    REQUIRE(found.shape() == Shape{2, 3, 5});
    const auto* luong = std::get_if<LuongConfig>(&config);
    const bool sums_to_one = !luong || luong->window != LuongWindow::local_p;
    for (std::int64_t row = 0; row < 6; ++row) {
      double sum = 0;
      for (std::int64_t s = 0; s < 5; ++s) {
        sum += found.number(row * 5 + s);
        if (row >= 3 && s >= 3) CHECK(found.number(row * 5 + s) == 0);
      }
      if (sums_to_one) CHECK(sum == doctest::Approx(1));
      if (!sums_to_one) CHECK(sum < 1);
    }
  }
}

TEST_CASE("gradients of every model agree with differences") {
  for (const ModelConfig& config : small_models()) {
    CAPTURE(describe(config));
    Built built(config, two);
    const Tensor loss = sum(square(built.scores)) + sum(built.scores);
    const GradientCheck check =
        check_gradients(evaluate_on(open_backend("reference")), loss, {}, {.most_elements = 12});
    CAPTURE(to_string(check));
    CHECK(check.worst < 1e-6);
  }
}

TEST_CASE("variants of the decoder differ, and the source's direction does") {
  const auto scores_of = [](const ModelConfig& config) {
    Built built(config, two);
    return values({built.scores})[0].number(words + 3);
  };
  BahdanauConfig bahdanau = bahdanau_preset("micro", words);
  std::map<std::string, double> by_variant;
  for (const char* variant : {"a", "b", "c"}) {
    bahdanau.variant = bahdanau_variant(variant);
    by_variant[variant] = scores_of(bahdanau);
  }
  CHECK(by_variant["a"] != by_variant["b"]);
  CHECK(by_variant["a"] != by_variant["c"]);
  CHECK(by_variant["b"] != by_variant["c"]);
  LuongConfig luong = luong_preset("micro", words);
  const double reversed = scores_of(luong);
  luong.reversed = false;
  CHECK(scores_of(luong) != reversed);
}

TEST_CASE("the number of nodes is linear in the length of sentences") {
  for (const char* model : {"bahdanau", "luong"}) {
    const auto nodes = [&](std::int64_t length) {
      Graph graph;
      const auto made = make_model(graph, model_preset(model, "micro", words));
      const auto input = [&](const char* name, const Shape& shape) {
        return graph.input(name, DType::i32, shape);
      };
      const Tensor scores =
          made->scores(input("source", {2, length}), input("lengths", {2}), input("target", {2, length}));
      gradients(sum(square(scores)), graph.variables());
      return static_cast<double>(graph.size());
    };
    const double at_10 = nodes(10), at_20 = nodes(20), at_40 = nodes(40);
    CHECK((at_40 - at_20) / (at_20 - at_10) == doctest::Approx(2).epsilon(0.02));
  }
}

TEST_CASE("configurations that make no model are refused") {
  const auto message = [](auto config, auto change) {
    change(config);
    return message_of([&] { check_config(config); });
  };
  const BahdanauConfig bahdanau = bahdanau_preset("small", 100);
  CHECK(message(bahdanau, [](auto& c) { c.units = 0; }) == "a Bahdanau model's units is at least 1, not 0");
  CHECK(message(bahdanau, [](auto& c) { c.output_dropout = 1; }) ==
        "a Bahdanau model's output_dropout is at least 0 and below 1, not 1");
  CHECK(
      message(bahdanau, [](auto& c) { c.maxout = 7; }) ==
      "a Bahdanau model whose output is tied to the embedding needs a maxout layer of its width 256, not 7");
  const LuongConfig luong = luong_preset("small", 100);
  CHECK(message(luong, [](auto& c) { c.layers = -1; }) == "a Luong model's layers is at least 1, not -1");
  CHECK(message(luong, [](auto& c) { c.attention = false; }) ==
        "a Luong model without attention has nothing to feed: turn input feeding off, too");
  CHECK(message_of([] { model_preset("gpt", "small", 10); }) ==
        "there is no model \"gpt\"; there are rnnencdec, bahdanau, luong, transformer");
  CHECK(message_of([] { model_preset("luong", "tiny", 10); }) ==
        "there is no preset \"tiny\" of Luong's models; there are micro, small, medium, paper");
}

namespace {

// Steps on one batch of sentences of all lengths.
std::vector<StepResult> train_some(const std::string& backend, const ModelConfig& config, int steps,
                                   Precision precision = Precision::f32) {
  Variables variables(open_backend(backend), 5);
  const BatchShape shape{16, 6, 5};
  TrainingStep step(config, shape, {.label_smoothing = 0.1}, variables, false, {.precision = precision});
  Batch batch;
  const auto some_words = [](const Shape& of) {
    Array array(DType::i32, of);
    for (std::int64_t i = 0; i < array.elements(); ++i)
      array.set_number(i, static_cast<double>(4 + i * i % 13));
    return array;
  };
  batch.source = some_words({16, 6});
  batch.source_lengths =
      Array({16}, std::vector<std::int32_t>{6, 5, 4, 3, 2, 1, 6, 6, 6, 6, 5, 5, 5, 5, 4, 4});
  batch.target_input = batch.target_output = some_words({16, 5});
  batch.weights = Array({16, 5}, std::vector<float>(80, 1.0f));
  batch.target_tokens = 80;
  std::vector<StepResult> results;
  for (int i = 0; i < steps; ++i) results.push_back(step.run(batch, {.learning_rate = 0.01}));
  return results;
}

}  // namespace

// Matrices that every step of a sequence reads may be packed before a run; each run must see the new ones.
TEST_CASE("every backend trains every model the same way, update by update") {
  BahdanauConfig bahdanau{
      .vocabulary = words, .embedding = 64, .encoder_units = 64, .units = 96, .alignment = 64, .maxout = 64};
  LuongConfig luong{.vocabulary = words, .embedding = 64, .units = 64, .layers = 2};
  const ModelConfig transformer = transformer_preset("micro", words);  // with dropout: all draw the same bits
  for (const ModelConfig& config : {ModelConfig(bahdanau), ModelConfig(luong), transformer}) {
    CAPTURE(describe(config));
    const int steps = model_name(config) == "transformer" ? 20 : 6;
    const auto expected = train_some("reference", config, steps);
    CHECK(expected.back().loss < 0.8 * expected.front().loss);
    for (const std::string& backend : heed::test::cpu_backends()) {
      CAPTURE(backend);
      const auto found = train_some(backend, config, steps);
      for (std::size_t i = 0; i < expected.size(); ++i)
        CHECK(found[i].loss == doctest::Approx(expected[i].loss).epsilon(1e-3));
    }
  }
}

TEST_CASE("products of operands of 16 bits leave losses and gradients nearly as they were") {
  const ModelConfig config = transformer_preset("micro", words);
  const auto expected = train_some("reference", config, 3);
  for (const Precision precision : {Precision::bf16, Precision::f16}) {
    CAPTURE(name_of(precision));
    const auto found = train_some("reference", config, 3, precision);
    const double tolerance = precision == Precision::bf16 ? 2e-2 : 2e-3;  // 8 bits and 11
    for (std::size_t i = 0; i < expected.size(); ++i) {
      CHECK(found[i].loss == doctest::Approx(expected[i].loss).epsilon(tolerance));
      CHECK(found[i].gradient_norm == doctest::Approx(expected[i].gradient_norm).epsilon(tolerance));
    }
  }
}

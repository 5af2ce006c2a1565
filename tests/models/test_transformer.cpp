#include <cmath>

#include <doctest/doctest.h>

#include <heed/backends/executable.h>
#include <heed/graph/sources.h>
#include <heed/models/training/schedule.h>
#include <heed/models/transformer/transformer.h>
#include <heed/ops/gather.h>
#include <heed/ops/reduce.h>
#include <heed/ops/views.h>

using namespace heed;

namespace {

TransformerConfig small_config() {
  TransformerConfig config = transformer_preset("micro", 20);
  config.encoder_layers = config.decoder_layers = 2;
  config.width = 16;
  config.feed_forward = 24;
  config.dropout = 0;
  return config;
}

std::int64_t count_parameters(const Graph& graph) {
  std::int64_t count = 0;
  for (const Tensor& variable : graph.variables()) count += variable.shape().elements();
  return count;
}

}  // namespace

TEST_CASE("the paper's base model has the paper's number of parameters") {
  const TransformerConfig base = transformer_preset("base", 37000);
  CHECK(layer_parameters(base) == 44101632);  // 44.10 M without the embedding
  CHECK(all_parameters(base) == 63045632);    // 63.05 M with 37,000 words
  CHECK(std::abs(static_cast<double>(all_parameters(transformer_preset("big", 37000))) - 214e6) < 1e6);
}

TEST_CASE("a model's graph holds as many parameters as its configuration says") {
  for (const char* preset : {"micro", "tiny", "small"}) {
    Graph graph;
    const TransformerConfig config = transformer_preset(preset, 100);
    const Transformer model(graph, config);
    CHECK(count_parameters(graph) == all_parameters(config));
  }
}

TEST_CASE("positions follow the formula") {
  const Array four = sinusoidal_positions(4, 4, DType::f64);
  const double first[] = {0.841471, 0.540302, 0.010000, 0.999950};
  const double third[] = {0.141120, -0.989992, 0.029996, 0.999550};
  for (int i = 0; i < 4; ++i) {
    CHECK(four.number(4 + i) == doctest::Approx(first[i]).epsilon(1e-6));
    CHECK(four.number(12 + i) == doctest::Approx(third[i]).epsilon(1e-5));
  }
  const Array wide = sinusoidal_positions(11, 512, DType::f64);
  CHECK(wide.number(10 * 512 + 256) == doctest::Approx(0.099833).epsilon(1e-5));
  CHECK(wide.number(10 * 512 + 510) == doctest::Approx(0.001037).epsilon(1e-3));
}

TEST_CASE("the learning rate rises and falls as the paper says") {
  CHECK(warmup_schedule(1, 512, 4000) == doctest::Approx(1.746928e-07));
  CHECK(warmup_schedule(4000, 512, 4000) == doctest::Approx(6.987712e-04));
  CHECK(warmup_schedule(100000, 512, 4000) == doctest::Approx(1.397542e-04));
  CHECK(warmup_schedule(300000, 1024, 4000) == doctest::Approx(5.705443e-05));
}

TEST_CASE("an unknown preset is refused by name") {
  CHECK_THROWS_WITH_AS(
      transformer_preset("huge", 10),
      "there is no preset \"huge\" of the Transformer; there are micro, tiny, small, base, big", Error);
}

TEST_CASE("a width that heads do not divide is refused") {
  Graph graph;
  TransformerConfig config = small_config();
  config.heads = 3;
  CHECK_THROWS_AS(Transformer(graph, config), Error);
}

TEST_CASE("padding behind a sentence changes nothing") {
  const TransformerConfig config = small_config();
  const auto logits_of = [&](std::int64_t padded) {
    Graph graph;
    Transformer model(graph, config);
    const Tensor source = graph.input("source", DType::i32, {1, padded});
    const Tensor lengths = graph.input("lengths", DType::i32, {1});
    const Tensor target = graph.input("target", DType::i32, {1, 3});
    const Tensor logits = model.logits(model.decode(target, model.encode(source, lengths), lengths));
    std::vector<std::int32_t> words{5, 6, 3};
    words.resize(static_cast<std::size_t>(padded), 0);
    Variables variables(open_backend(backend_names().front()), 3);
    Executable run = compile({logits}, variables);
    run.run({{source, Array({1, padded}, words)},
             {lengths, Array({1}, std::vector<std::int32_t>{3})},
             {target, Array({1, 3}, std::vector<std::int32_t>{2, 7, 8})}});
    return run.value(logits);
  };
  const Array plain = logits_of(3);
  const Array padded = logits_of(8);
  for (std::int64_t i = 0; i < plain.elements(); ++i)
    CHECK(plain.number(i) == doctest::Approx(padded.number(i)).epsilon(1e-5));
}

TEST_CASE("decoding word by word gives the scores of decoding all words at once") {
  const TransformerConfig config = small_config();
  const std::vector<std::int32_t> source_words{5, 6, 9, 3, 7, 3, 0, 0};
  const std::vector<std::int32_t> target_words{2, 7, 8, 2, 10, 11};
  const auto backend = open_backend(backend_names().front());
  Variables variables(backend, 3);

  Graph whole;
  Transformer model(whole, config);
  const Tensor source = whole.input("source", DType::i32, {2, 4});
  const Tensor lengths = whole.input("lengths", DType::i32, {2});
  const Tensor target = whole.input("target", DType::i32, {2, 3});
  const Tensor memory = model.encode(source, lengths);
  const Tensor logits = model.logits(model.decode(target, memory, lengths));
  Executable at_once = compile({logits, memory}, variables);
  const Array source_array({2, 4}, source_words);
  const Array length_array({2}, std::vector<std::int32_t>{4, 2});
  at_once.run({{source, source_array}, {lengths, length_array}, {target, Array({2, 3}, target_words)}});

  Graph stepwise;
  Transformer again(stepwise, config);
  const Tensor step_lengths = stepwise.input("lengths", DType::i32, {2});
  const Tensor step_memory = stepwise.input("memory", DType::f32, {2, 4, config.width});
  const Tensor words = stepwise.input("words", DType::i32, {2});
  const Tensor position = stepwise.input("position", DType::i32, {});
  const auto cross = again.project_memory(step_memory);
  std::vector<Transformer::LayerCache> caches;
  Updates updates;
  for (std::size_t i = 0; i < cross.size(); ++i) {
    const Shape shape{2, 5, config.heads, config.width / config.heads};
    const auto cache = [&](const std::string& part) {
      return stepwise.variable("cache/" + std::to_string(i) + part, DType::f32, shape, zeros());
    };
    caches.push_back({{cache("k"), cache("v")}, cross[i]});
  }
  const Tensor cache_rows = stepwise.input("cache_rows", DType::i32, {2, 5});
  const Array own_rows({2, 5}, std::vector<std::int32_t>{0, 0, 0, 0, 0, 1, 1, 1, 1, 1});
  const auto result = again.decode_step({reshape(words, {2, 1}), position, cache_rows, step_lengths}, caches);
  for (std::size_t i = 0; i < caches.size(); ++i) {
    updates.push_back(stepwise.assign(caches[i].self.keys, result.self[i].keys));
    updates.push_back(stepwise.assign(caches[i].self.values, result.self[i].values));
  }
  const Tensor step_logits = again.logits(result.decoded);
  Executable step = compile({step_logits, result.cross_weights}, updates, variables);
  CHECK(step.plan().state_copies == 0);
  for (std::int32_t t = 0; t < 3; ++t) {
    const auto at = static_cast<std::size_t>(t);
    step.run({{words, Array({2}, std::vector<std::int32_t>{target_words[at], target_words[3 + at]})},
              {position, Array::scalar(t)},
              {cache_rows, own_rows},
              {step_lengths, length_array},
              {step_memory, at_once.value(memory)}});
    for (std::int64_t row = 0; row < 2; ++row) {
      for (std::int64_t word = 0; word < config.vocabulary; ++word) {
        CHECK(step.value(step_logits).number(row * config.vocabulary + word) ==
              doctest::Approx(at_once.value(logits).number((row * 3 + t) * config.vocabulary + word))
                  .epsilon(1e-4));
      }
    }
    const Array& weights = step.value(result.cross_weights);  // [2, heads, 1, 4]
    double unseen = 0, seen = 0;
    for (std::int64_t head = 0; head < config.heads; ++head) {
      for (std::int64_t s = 0; s < 4; ++s)
        (s < 2 ? seen : unseen) += weights.number((config.heads + head) * 4 + s);
    }
    CHECK(unseen == 0);
    CHECK(seen == doctest::Approx(static_cast<double>(config.heads)));
  }
}

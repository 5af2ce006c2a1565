#include <algorithm>
#include <cmath>
#include <map>

#include <doctest/doctest.h>

#include <heed/backends/executable.h>
#include <heed/models/decoding/beam_search.h>
#include <heed/models/decoding/step_models.h>
#include <heed/models/text/vocabulary.h>
#include <heed/ops/softmax.h>

using namespace heed;

namespace {

using Words = std::vector<std::int32_t>;

ModelConfig transformer_toy(std::int64_t vocabulary) {
  TransformerConfig config = transformer_preset("micro", vocabulary);
  config.width = 16;
  config.feed_forward = 32;
  return config;
}

// One model of each kind, and of each way in which its decoder can keep its state.
std::vector<ModelConfig> all_toys(std::int64_t vocabulary) {
  std::vector<ModelConfig> toys{transformer_toy(vocabulary)};
  for (const char* variant : {"a", "b", "c"}) {
    BahdanauConfig config = bahdanau_preset("micro", vocabulary);
    config.variant = bahdanau_variant(variant);
    toys.emplace_back(config);
  }
  toys.push_back(model_preset("rnnencdec", "micro", vocabulary));
  for (const bool feeding : {true, false}) {
    LuongConfig config = luong_preset("micro", vocabulary);
    config.input_feeding = config.reversed = feeding;
    config.window = feeding ? LuongWindow::global : LuongWindow::local_m;
    config.half_width = 2;
    config.layers = 2;
    toys.emplace_back(config);
  }
  LuongConfig plain = luong_preset("micro", vocabulary);
  plain.attention = plain.input_feeding = false;
  toys.emplace_back(plain);
  return toys;
}

// A model with the weights of its initial values, which knows nothing but has opinions.
class Toy {
 public:
  Toy(std::int64_t vocabulary, std::uint64_t seed) : Toy(transformer_toy(vocabulary), seed) {}
  Toy(const ModelConfig& config, std::uint64_t seed)
      : config_(config),
        variables_(open_backend(backend_names().front()), seed),
        search_([this](const DecodingShape& shape) { return make_step_model(config_, shape, variables_); },
                target_vocabulary(config)) {}

  std::vector<std::vector<Hypothesis>> decode(const std::vector<Words>& sources,
                                              const DecodingOptions& options,
                                              const std::vector<Words>& prefixes = {}) {
    return search_.decode(sources, options, prefixes);
  }

  // log p(next word | source, words) for every next word, by the whole decoder at once.
  std::vector<double> next(const Words& source, const Words& words) {
    const auto s = static_cast<std::int64_t>(source.size());
    const auto t = static_cast<std::int64_t>(words.size()) + 1;
    auto& whole = whole_[{s, t}];
    if (!whole) whole = std::make_unique<Whole>(config_, s, t, variables_);
    Words input{start_id};
    input.insert(input.end(), words.begin(), words.end());
    whole->run->run({{whole->source, Array({1, s}, source)},
                     {whole->lengths, Array({1}, Words{static_cast<std::int32_t>(s)})},
                     {whole->target, Array({1, t}, input)}});
    std::vector<double> result;
    const std::int64_t vocabulary = target_vocabulary(config_);
    for (std::int64_t word = 0; word < vocabulary; ++word)
      result.push_back(whole->run->value(whole->scores).number((t - 1) * vocabulary + word));
    return result;
  }

  double log_probability(const Words& source, const Hypothesis& hypothesis) {
    Words before;
    double sum = 0;
    for (const std::int32_t word : hypothesis.words) {
      sum += next(source, before)[static_cast<std::size_t>(word)];
      before.push_back(word);
    }
    return hypothesis.ended ? sum + next(source, before)[end_id] : sum;
  }

 private:
  struct Whole {
    Whole(const ModelConfig& config, std::int64_t s, std::int64_t t, Variables& variables) {
      const auto model = make_model(graph, without_dropout(config));
      source = graph.input("source", DType::i32, {1, s});
      lengths = graph.input("lengths", DType::i32, {1});
      target = graph.input("target", DType::i32, {1, t});
      scores = log_softmax(model->scores(source, lengths, target));
      run = std::make_unique<Executable>(compile({scores}, {}, variables));
    }
    Graph graph;
    Tensor source, lengths, target, scores;
    std::unique_ptr<Executable> run;
  };

  ModelConfig config_;
  Variables variables_;
  BeamSearch search_;
  std::map<std::pair<std::int64_t, std::int64_t>, std::unique_ptr<Whole>> whole_;
};

std::vector<Words> some_sources(std::int32_t vocabulary, std::size_t count) {
  std::vector<Words> sources;
  std::uint32_t state = 7;
  for (std::size_t i = 0; i < count; ++i) {
    Words source;
    for (std::size_t word = 0; word < 1 + i * 7 % 9; ++word) {
      state = state * 1664525 + 1013904223;
      source.push_back(4 +
                       static_cast<std::int32_t>((state >> 16) % static_cast<std::uint32_t>(vocabulary - 4)));
    }
    source.push_back(end_id);
    sources.push_back(source);
  }
  return sources;
}

// Every translation of at most `longest` generated words, from best to worst: those that end, then the
// others.
void enumerate(Toy& toy, const Words& source, const Words& words, double sum, std::int64_t vocabulary,
               std::int64_t longest, double alpha, std::vector<Hypothesis>& ended,
               std::vector<Hypothesis>& cut) {
  const auto count = static_cast<std::int64_t>(words.size());
  if (count == longest) {
    cut.push_back({words, false, sum, sum / length_penalty(count, alpha), {}});
    return;
  }
  const std::vector<double> next = toy.next(source, words);
  for (std::int32_t word = 0; word < vocabulary; ++word) {
    const double with = sum + next[static_cast<std::size_t>(word)];
    if (word == end_id) {
      ended.push_back({words, true, with, with / length_penalty(count + 1, alpha), {}});
      continue;
    }
    Words longer = words;
    longer.push_back(word);
    enumerate(toy, source, longer, with, vocabulary, longest, alpha, ended, cut);
  }
}

}  // namespace

TEST_CASE("a beam wide enough finds what an exhaustive search finds, in the same order") {
  constexpr std::int64_t vocabulary = 5;
  for (const double alpha : {0.0, 0.6, 1.5}) {
    CAPTURE(alpha);
    Toy toy(vocabulary, 3);
    const Words source{4, end_id};
    std::vector<Hypothesis> expected, cut;
    enumerate(toy, source, {}, 0, vocabulary, 3, alpha, expected, cut);
    for (auto* list : {&expected, &cut})
      std::ranges::stable_sort(*list, std::ranges::greater{}, &Hypothesis::score);
    CHECK(expected.size() == 21);
    expected.insert(expected.end(), cut.begin(), cut.end());
    const auto found =
        toy.decode({source}, {.beam = 125, .length_penalty = alpha, .best = 125, .words_beyond_source = 1});
    REQUIRE(found[0].size() == expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      CAPTURE(i);
      CHECK(found[0][i].words == expected[i].words);
      CHECK(found[0][i].ended == expected[i].ended);
      CHECK(found[0][i].score == doctest::Approx(expected[i].score).epsilon(1e-4));
    }
  }
}

TEST_CASE("a beam of one takes the most probable word, whatever the length penalty") {
  Toy toy(30, 5);
  const std::vector<Words> sources = some_sources(30, 12);
  for (const double alpha : {0.0, 0.6}) {
    const auto found = toy.decode(sources, {.length_penalty = alpha, .words_beyond_source = 4});
    for (std::size_t i = 0; i < sources.size(); ++i) {
      Words expected;
      bool ended = false;
      while (!ended && expected.size() < sources[i].size() + 4) {
        const std::vector<double> next = toy.next(sources[i], expected);
        const auto word = static_cast<std::int32_t>(std::ranges::max_element(next) - next.begin());
        ended = word == end_id;
        if (!ended) expected.push_back(word);
      }
      CHECK(found[i][0].words == expected);
      CHECK(found[i][0].ended == ended);
      CHECK(found[i][0].log_probability ==
            doctest::Approx(toy.log_probability(sources[i], found[i][0])).epsilon(1e-4));
    }
  }
}

TEST_CASE("a hypothesis's score is that of the model reading it whole") {
  const std::vector<Words> sources = some_sources(30, 5);
  for (const ModelConfig& config : all_toys(30)) {
    CAPTURE(describe(config));
    Toy toy(config, 6);
    const auto found = toy.decode(sources, {.beam = 4, .best = 4, .words_beyond_source = 5});
    for (std::size_t i = 0; i < sources.size(); ++i) {
      REQUIRE(found[i].size() == 4);
      for (const Hypothesis& hypothesis : found[i]) {
        CHECK(hypothesis.log_probability ==
              doctest::Approx(toy.log_probability(sources[i], hypothesis)).epsilon(1e-4));
      }
      CHECK(found[i][0].words != found[i][1].words);
    }
  }
}

TEST_CASE("sentences are translated the same alone and among others of other lengths") {
  const std::vector<Words> sources = some_sources(30, 37);
  for (const ModelConfig& config : all_toys(30)) {
    CAPTURE(describe(config));
    Toy toy(config, 8);
    const std::int64_t width = 4;
    const DecodingOptions options{.beam = width, .best = width, .words_beyond_source = 12};
    const auto together = toy.decode(sources, options);
    for (std::size_t i = 0; i < sources.size(); ++i) {
      const auto alone = toy.decode({sources[i]}, options);
      REQUIRE(alone[0].size() == together[i].size());
      for (std::size_t n = 0; n < alone[0].size(); ++n) {
        CHECK(alone[0][n].words == together[i][n].words);
        CHECK(alone[0][n].score == doctest::Approx(together[i][n].score).epsilon(1e-5));
      }
    }
  }
}

TEST_CASE("a forced prefix begins every translation, and its words count") {
  Toy toy(30, 9);
  const std::vector<Words> sources = some_sources(30, 4);
  const std::vector<Words> prefixes{{9, 10, 11}, {}, {12}, {4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4}};
  const auto found = toy.decode(sources, {.beam = 3, .best = 3, .words_beyond_source = 3}, prefixes);
  for (std::size_t i = 0; i < sources.size(); ++i) {
    for (const Hypothesis& hypothesis : found[i]) {
      REQUIRE(hypothesis.words.size() >= prefixes[i].size());
      CHECK(std::ranges::equal(prefixes[i], std::span(hypothesis.words).first(prefixes[i].size())));
      CHECK(hypothesis.log_probability ==
            doctest::Approx(toy.log_probability(sources[i], hypothesis)).epsilon(1e-4));
    }
  }
}

TEST_CASE("no translation ends before it has the fewest words asked for") {
  Toy toy(6, 3);
  const std::vector<Words> sources{{4, 5, end_id}, {5, end_id}};
  for (const std::int64_t beam : {1, 3}) {
    DecodingOptions options{.beam = beam, .best = beam, .words_beyond_source = 0};
    options.fewest_words = 7;
    for (const auto& best : toy.decode(sources, options)) {
      REQUIRE(best.size() == static_cast<std::size_t>(beam));
      for (const Hypothesis& hypothesis : best) CHECK(hypothesis.words.size() == 7);
    }
  }
}

TEST_CASE("weights are those of the hypothesis's own way, one row for each word") {
  const std::vector<Words> sources = some_sources(30, 6);
  for (const ModelConfig& config : all_toys(30)) {
    CAPTURE(describe(config));
    Toy toy(config, 10);
    const auto found = toy.decode(sources, {.beam = 3, .words_beyond_source = 4, .with_weights = true});
    Graph graph;
    const auto model = make_model(graph, config);
    model->scores(graph.input("s", DType::i32, {1, 2}), graph.input("l", DType::i32, {1}),
                  graph.input("t", DType::i32, {1, 2}));
    const bool attends = !model->attention_weights().empty();
    for (std::size_t i = 0; i < sources.size(); ++i) {
      const Hypothesis& best = found[i][0];
      CHECK(best.weights.size() == (attends ? best.words.size() : 0));
      for (const std::vector<float>& row : best.weights) {
        REQUIRE(row.size() == sources[i].size());
        double sum = 0;
        for (const float weight : row) sum += weight;
        CHECK(sum == doctest::Approx(1).epsilon(1e-5));
      }
    }
  }
}

TEST_CASE("search options that make no sense are refused") {
  Toy toy(30, 11);
  const auto refused = [&](const DecodingOptions& options, const char* text) {
    CHECK_THROWS_WITH_AS(toy.decode({{4, end_id}}, options), text, Error);
  };
  refused({.beam = 0}, "a beam has at least 1 hypothesis, not 0");
  refused({.beam = 1000}, "a beam has at most 192 hypotheses, not 1000");
  refused({.beam = 2, .best = 3}, "a beam of 2 gives 1 to 2 translations of a sentence, not 3");
  refused({.length_penalty = -1}, "the length penalty is at least 0, not -1");
}

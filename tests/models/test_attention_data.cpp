// What is shown of a translation is what the search itself computed.
#include <cmath>

#include "../message_of.h"
#include "little_training.h"
#include "temporary_directory.h"
#include <doctest/doctest.h>

#include <heed/models/visual/alignment_errors.h>
#include <heed/models/visual/attention_data.h>
#include <heed/models/visual/hard_alignment.h>

using namespace heed;
using namespace heed::little;
using heed::test::message_of;

namespace {

const std::vector<AttentionKind> all_kinds{AttentionKind::encoder_self, AttentionKind::decoder_self,
                                           AttentionKind::cross};

// A model of that name, trained for a few steps.
struct Trained {
  explicit Trained(const std::string& model, bool attention = true) {
    const TranslationData data = little_data();
    const Vocabularies vocabularies = words_of(data);
    TrainerOptions options = little_options(vocabularies, directory.name());
    options.config = model_preset(model, "micro", static_cast<std::int64_t>(vocabularies.target.size()));
    if (auto* luong = std::get_if<LuongConfig>(&options.config); luong != nullptr && !attention) {
      luong->attention = luong->input_feeding = false;
    }
    run_training(data, vocabularies, options);
    text = data.valid.pairs.front().source;
  }
  AttentionReader reader() const { return {directory.name(), backend}; }
  SentenceAttention read(const AttentionRequest& request, const DecodingOptions& decoding = {}) const {
    return reader().read({&text, 1}, decoding, request).front();
  }

  TemporaryDirectory directory;
  std::string text;
  std::shared_ptr<Backend> backend = open_backend(backend_names().front(), {.threads = 2});
};

// The matrix of pieces against the weights that the search kept, which have no row for </s>.
void check_used(const Trained& trained, const DecodingOptions& decoding) {
  DecodingOptions with_weights = decoding;
  with_weights.with_weights = true;
  const Translation used = Translator(trained.directory.name(), trained.backend)
                               .translate({&trained.text, 1}, with_weights)
                               .front();
  const SentenceAttention shown = trained.read({.kinds = all_kinds}, decoding);
  CHECK(shown.translation == used.text);
  CHECK(shown.source.pieces == used.source_pieces);
  const WeightMatrix matrix = matrix_of(shown, {.pieces = true});
  REQUIRE(used.weights.size() > 1);
  REQUIRE(matrix.rows.size() == used.weights.size() + (used.ended ? 1 : 0));
  for (std::size_t r = 0; r < used.weights.size(); ++r) {
    REQUIRE(matrix.columns.size() == used.weights[r].size());
    CHECK(matrix.rows[r] == used.target_pieces[r]);
    for (std::size_t c = 0; c < matrix.columns.size(); ++c)
      CHECK(std::abs(matrix.at(r, c) - used.weights[r][c]) < 1e-6f);
  }
}

}  // namespace

TEST_CASE("the weights that are shown are those that the search used, greedy or by beam") {
  for (const char* model : {"bahdanau", "luong", "transformer"}) {
    CAPTURE(model);
    const Trained trained(model);
    check_used(trained, {});
    check_used(trained, {.beam = 3});
  }
}

TEST_CASE("a Transformer shows every layer and head of its three kinds of attention, by name") {
  const Trained trained("transformer");
  const SentenceAttention shown = trained.read({.kinds = all_kinds});
  REQUIRE(shown.layers.size() == 3);
  CHECK(trained.reader().kinds() == all_kinds);
  const std::int64_t S = std::ssize(shown.source.pieces), T = std::ssize(shown.output.pieces);
  CHECK(shown.layers[0].tensor == "encoder/0/self/weights");
  CHECK(shown.layers[0].kind == AttentionKind::encoder_self);
  CHECK(shown.layers[0].weights.shape() == Shape{2, S, S});
  CHECK(shown.layers[1].kind == AttentionKind::decoder_self);
  CHECK(shown.layers[1].weights.shape() == Shape{2, T, T});
  CHECK(shown.layers[2].tensor == "decoder/0/cross/weights");
  CHECK(shown.layers[2].weights.shape() == Shape{2, T, S});
  CHECK(shown.input.pieces.front() == "<s>");
  CHECK(shown.source.pieces.back() == "</s>");
  CHECK(shown.input.pieces.size() == shown.output.pieces.size());
}

TEST_CASE("candidates are the most probable words, and what was written has the translation's probability") {
  const Trained trained("bahdanau");
  const SentenceAttention shown = trained.read({.candidates = 5});
  REQUIRE(shown.steps.size() == shown.output.pieces.size());
  double sum = 0;
  for (std::size_t t = 0; t < shown.steps.size(); ++t) {
    const DecodingStep& step = shown.steps[t];
    REQUIRE(step.candidates.size() == 5);
    for (std::size_t i = 1; i < 5; ++i)
      CHECK(step.candidates[i - 1].probability >= step.candidates[i].probability);
    CHECK(step.candidates.front().piece == shown.output.pieces[t]);  // greedy
    CHECK(step.candidates.front().probability == step.probability);
    sum += std::log(step.probability);
  }
  CHECK(sum == doctest::Approx(shown.log_probability).epsilon(1e-5));
}

TEST_CASE("a context is the sum of the encoder's states by the weights that are shown") {
  for (const char* model : {"bahdanau", "luong"}) {
    CAPTURE(model);
    const SentenceAttention shown = Trained(model).read({.kinds = all_kinds, .states = true});
    REQUIRE(shown.contexts);
    const std::int64_t S = std::ssize(shown.source.pieces), T = std::ssize(shown.output.pieces);
    const std::int64_t n = shown.encoder_states->shape()[1];
    REQUIRE(shown.encoder_states->shape() == Shape{S, n});
    REQUIRE(shown.contexts->shape() == Shape{T, n});
    CHECK(shown.decoder_states->shape()[0] == T);
    const Array& weights = shown.layers.front().weights;
    for (std::int64_t t = 0; t < T; ++t) {
      for (std::int64_t i = 0; i < n; ++i) {
        double sum = 0;
        for (std::int64_t s = 0; s < S; ++s)
          sum += weights.number(t * S + s) * shown.encoder_states->number(s * n + i);
        CHECK(shown.contexts->number(t * n + i) == doctest::Approx(sum).epsilon(1e-4));
      }
    }
  }
}

TEST_CASE("weights are the softmax of the scores that are shown") {
  for (const char* model : {"bahdanau", "luong"}) {
    CAPTURE(model);
    const SentenceAttention shown = Trained(model).read({.kinds = all_kinds, .states = true});
    const std::int64_t S = std::ssize(shown.source.pieces), T = std::ssize(shown.output.pieces);
    REQUIRE(shown.scores);
    REQUIRE(shown.scores->shape() == Shape{T, S});
    for (std::int64_t t = 0; t < T; ++t) {
      double total = 0;
      for (std::int64_t s = 0; s < S; ++s) total += std::exp(shown.scores->number(t * S + s));
      for (std::int64_t s = 0; s < S; ++s) {
        const double weight = shown.layers.front().weights.number(t * S + s);
        CHECK(weight == doctest::Approx(std::exp(shown.scores->number(t * S + s)) / total).epsilon(1e-5));
      }
    }
  }
}

TEST_CASE("a Transformer's states are one vector for each position") {
  const SentenceAttention shown = Trained("transformer").read({.states = true});
  CHECK(shown.encoder_states->shape() == Shape{std::ssize(shown.source.pieces), 64});
  CHECK(shown.decoder_states->shape() == Shape{std::ssize(shown.output.pieces), 64});
  CHECK_FALSE(shown.contexts);
  CHECK_FALSE(shown.scores);
}

TEST_CASE("what is not asked for is not computed") {
  const Trained trained("transformer");
  const SentenceAttention bare = trained.read({});
  CHECK(bare.output.pieces.size() > 1);
  CHECK(bare.layers.empty());
  CHECK(bare.steps.empty());
  CHECK_FALSE(bare.encoder_states);
  const SentenceAttention cross = trained.read({.kinds = {AttentionKind::cross}});
  REQUIRE(cross.layers.size() == 1);
  CHECK(cross.layers.front().kind == AttentionKind::cross);
  CHECK(cross.steps.empty());
}

TEST_CASE("what is shown of a given translation is what the search computes when forced to write it") {
  for (const char* model : {"bahdanau", "luong", "transformer"}) {
    CAPTURE(model);
    const Trained trained(model);
    const std::string target = little_data().valid.pairs.front().target;
    const Translation forced = Translator(trained.directory.name(), trained.backend)
                                   .translate_best({&trained.text, 1}, {.with_weights = true}, {&target, 1})
                                   .front()
                                   .front();
    const std::vector<SentenceAttention> given =
        trained.reader().read_given({&trained.text, 1}, {&target, 1}, {.kinds = {AttentionKind::cross}});
    REQUIRE(given.size() == 1);
    const WeightMatrix matrix = matrix_of(given.front(), {.pieces = true});
    REQUIRE(matrix.rows.size() > 1);
    REQUIRE(forced.weights.size() + 1 >= matrix.rows.size());
    CHECK(matrix.rows.back() == "</s>");
    for (std::size_t t = 0; t + 1 < matrix.rows.size(); ++t) {
      CHECK(matrix.rows[t] == forced.target_pieces[t]);
      for (std::size_t s = 0; s < matrix.columns.size(); ++s)
        CHECK(std::abs(matrix.at(t, s) - forced.weights[t][s]) < 1e-6f);
    }
    double log_probability = 0;
    for (const DecodingStep& step : given.front().steps) log_probability += std::log(step.probability);
    CHECK(given.front().log_probability == log_probability);
  }
}

TEST_CASE("translations that are given belong to their sentences, and can be read") {
  const Trained trained("bahdanau");
  AttentionReader reader = trained.reader();
  const auto refused = [&](const std::vector<std::string>& translations) {
    return message_of([&] { reader.read_given({&trained.text, 1}, translations, {}); });
  };
  CHECK(refused({"eins", "zwei"}) == "2 translations are given for 1 sentences: one belongs to each");
  CHECK(refused({" "}) == "translation 1 is empty: it needs one word or more");
  CHECK(refused({"\xff"}).starts_with("translation 1 cannot be read: "));
}

TEST_CASE("alignment errors are told for each layer and head") {
  const std::vector<SentencePair> pairs{{"seven", "sieben"}, {"two thousand", "zwei tausend"}};
  const std::vector<GoldAlignment> gold{parse_alignment("0-0"), parse_alignment("0-0 1-1")};
  const Trained trained("transformer"), blind("rnnencdec");
  AttentionReader reader = trained.reader(), none = blind.reader();
  const std::vector<AlignmentErrors> errors = alignment_errors(reader, pairs, gold);
  REQUIRE(errors.size() == 3);
  CHECK(errors[0].attention == "cross attention, layer 0, mean over 2 heads");
  CHECK(errors[2].attention == "cross attention, layer 0, head 1");
  // By hand: every produced word has one link, so the error is the share of wrong ones.
  std::vector<Alignment> found;
  for (const SentencePair& pair : pairs) {
    const auto sentence =
        reader.read_given({&pair.source, 1}, {&pair.target, 1}, {.kinds = {AttentionKind::cross}});
    found.push_back(alignment_of(matrix_of(sentence.front())));
  }
  CHECK(errors[0].written == alignment_error_rate(found, gold));
  CHECK(message_of([&] {
          alignment_errors(none, pairs, gold);
        }).ends_with("has no attention to align words by"));
}

TEST_CASE("models without attention show their candidates and states") {
  for (const bool luong : {false, true}) {
    CAPTURE(luong);
    const Trained trained(luong ? "luong" : "rnnencdec", false);
    CHECK(trained.reader().kinds().empty());
    const SentenceAttention shown = trained.read({.kinds = all_kinds, .candidates = 3, .states = true});
    CHECK(shown.layers.empty());
    CHECK(shown.steps.size() == shown.output.pieces.size());
    CHECK(shown.encoder_states->shape()[0] == std::ssize(shown.source.pieces));
    CHECK(shown.contexts.has_value() == !luong);
    CHECK(message_of([&] { matrix_of(shown); }) == "there is no cross attention to show");
  }
}

TEST_CASE("sentences that cannot be read are named by their number") {
  const Trained trained("transformer");
  AttentionReader reader = trained.reader();
  const auto refused = [&](const std::string& second) {
    const std::vector<std::string> texts{trained.text, second};
    return message_of([&] { reader.read(texts, {}, {}); });
  };
  CHECK(refused(trained.text) == "no error");
  CHECK(refused("") == "sentence 2 is empty: it needs one word or more");
  CHECK(refused(" \t") == "sentence 2 is empty: it needs one word or more");
  CHECK(refused("\xff").starts_with("sentence 2 cannot be read: "));
  std::string long_line = "one";
  for (int i = 0; i < 1000; ++i) long_line += " one";
  CHECK(refused(long_line) == "sentence 2 has 1001 pieces; it may have 1000");
  const std::string nowhere = trained.directory.name() + "/nowhere";
  CHECK(message_of([&] { AttentionReader(nowhere, trained.backend); }).find(nowhere) != std::string::npos);
}

#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <heed/graph/error.h>
#include <heed/models/text/bleu.h>

using namespace heed;

namespace {

using Lines = std::vector<std::string>;
using Counts = std::vector<std::int64_t>;

const Lines dogs{"The dog bit the man.", "It wasn't surprising.", "The man had just bitten him."};
const Lines dogs_a{"The dog bit the man.", "It was not unexpected.", "The man bit him first."};
const Lines dogs_b{"The dog had bit the man.", "No one was surprised.", "The man had bitten the dog."};
const std::vector<Lines> dogs_both{dogs_a, dogs_b};

// The expected scores of this file were computed by sacreBLEU 2.6.0 and rounded to six decimals.
bool is(double value, double expected) {
  return std::abs(value - expected) < 1e-6;
}

BleuScore of_one(const std::string& hypothesis, const std::string& reference,
                 const BleuOptions& options = {}) {
  return corpus_bleu(Lines{hypothesis}, Lines{reference}, options);
}

std::string message_of(const Lines& hypotheses, const std::vector<Lines>& references,
                       const BleuOptions& options = {}) {
  try {
    corpus_bleu(hypotheses, references, options);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

Lines spaced(Lines lines) {
  for (std::string& line : lines) {
    std::string characters;
    for (const char c : line) characters += {c, ' '};
    line = characters;
  }
  return lines;
}

}  // namespace

TEST_CASE("several references: each n-gram matches in its best one, each length is the closest") {
  const BleuScore score = corpus_bleu(dogs, dogs_both);
  CHECK(score.counts == BleuCounts{17, 18, {14, 7, 5, 3}, {17, 14, 11, 8}});
  CHECK(is(score.brevity_penalty, 0.942873));
  CHECK(is(score.precisions[0], 100.0 * 14 / 17));
  CHECK(is(score.bleu, 48.530827));
}

TEST_CASE("one reference") {
  const BleuScore score = corpus_bleu(dogs, dogs_a);
  CHECK(score.counts == BleuCounts{17, 17, {12, 6, 4, 3}, {17, 14, 11, 8}});
  CHECK(score.brevity_penalty == 1);
  CHECK(is(score.bleu, 45.067506));
}

TEST_CASE("without a tokenizer punctuation stays on its word") {
  const BleuScore score = corpus_bleu(dogs, dogs_both, {.tokenizer = BleuTokenizer::none});
  CHECK(score.counts == BleuCounts{14, 15, {10, 6, 4, 2}, {14, 11, 8, 5}});
  CHECK(is(score.brevity_penalty, 0.931063));
  CHECK(is(score.bleu, 49.191957));
}

TEST_CASE("characters between spaces are scored as characters") {
  const std::vector<Lines> references{spaced(dogs_a), spaced(dogs_b)};
  const BleuScore score = corpus_bleu(spaced(dogs), references, {.tokenizer = BleuTokenizer::none});
  CHECK(score.counts == BleuCounts{58, 57, {53, 42, 35, 29}, {58, 55, 52, 49}});
  CHECK(is(score.bleu, 72.610642));
}

TEST_CASE("the longest n-grams can be shorter or longer than four") {
  struct Row {
    int order;
    double expected;
  };
  for (const Row& row :
       {Row{1, 77.648377}, Row{2, 60.503128}, Row{3, 53.933931}, Row{5, 46.144166}, Row{6, 43.283198}}) {
    CAPTURE(row.order);
    const BleuScore score = corpus_bleu(dogs, dogs_both, {.max_order = row.order});
    CHECK(score.precisions.size() == static_cast<std::size_t>(row.order));
    CHECK(is(score.bleu, row.expected));
  }
}

TEST_CASE("an order without a match is smoothed: half a match, then a quarter") {
  const BleuScore bike = of_one("A man rides a bike .", "A man is riding a bike .");
  CHECK(bike.counts == BleuCounts{6, 7, {5, 3, 1, 0}, {6, 5, 4, 3}});
  CHECK(is(bike.precisions[3], 100.0 / (2 * 3)));
  CHECK(is(bike.brevity_penalty, 0.846482));
  CHECK(is(bike.bleu, 32.159351));

  const BleuScore cat = corpus_bleu(Lines{"the cat is on mat", "the the the the the"},
                                    Lines{"the cat sat on the mat", "the dog"});
  CHECK(cat.counts == BleuCounts{10, 8, {5, 1, 0, 0}, {10, 8, 6, 4}});
  CHECK(is(cat.precisions[2], 100.0 / (2 * 6)));
  CHECK(is(cat.precisions[3], 100.0 / (4 * 4)));
  CHECK(is(cat.bleu, 13.432124));
}

TEST_CASE("without smoothing an order without a match makes the score 0") {
  const BleuScore score =
      of_one("A man rides a bike .", "A man is riding a bike .", {.smoothing = BleuSmoothing::none});
  CHECK(score.precisions[3] == 0);
  CHECK(score.bleu == 0);
}

TEST_CASE("of two references equally close in length the shorter one counts") {
  const std::vector<Lines> references{{"a b c d e f"}, {"a b c d"}};
  const BleuScore score = corpus_bleu(Lines{"a b c d e"}, references);
  CHECK(score.counts == BleuCounts{5, 4, {5, 4, 3, 2}, {5, 4, 3, 2}});
  CHECK(is(score.bleu, 100));
}

TEST_CASE("an empty hypothesis costs its reference's length") {
  const BleuScore score =
      corpus_bleu(Lines{"", "the cat sat on the mat"}, Lines{"a cat", "the cat sat on a mat"});
  CHECK(score.counts == BleuCounts{6, 8, {5, 3, 2, 1}, {6, 5, 4, 3}});
  CHECK(is(score.brevity_penalty, 0.716531));
  CHECK(is(score.bleu, 38.498150));
}

TEST_CASE("a corpus without any 4-gram scores 0, unless the order may follow the text") {
  const BleuScore score = of_one("a b c", "a b c d");
  CHECK(score.counts == BleuCounts{3, 4, {3, 2, 1, 0}, {3, 2, 1, 0}});
  CHECK(is(score.brevity_penalty, 0.716531));
  CHECK(score.bleu == 0);
  CHECK(is(of_one("a b c", "a b c d", {.effective_order = true}).bleu, 71.653131));
}

TEST_CASE("nothing in common scores 0, and so do hypotheses that are all empty") {
  const BleuScore score = of_one("x y z w", "a b c d");
  CHECK(score.counts == BleuCounts{4, 4, {0, 0, 0, 0}, {4, 3, 2, 1}});
  CHECK(score.bleu == 0);
  CHECK(score.precisions == std::vector<double>(4));
  const BleuScore empty = of_one("", "a b c d");
  CHECK(empty.brevity_penalty == 0);
  CHECK(empty.bleu == 0);
}

TEST_CASE("counts alone make a score, if they can be counts") {
  CHECK(is(bleu_of({11, 11, {9, 7, 5, 3}, {10, 8, 6, 4}}).bleu, 83.759224));
  CHECK_THROWS_WITH_AS(bleu_of({1, 1, {1, 0}, {1}}),
                       "bleu: matches of 2 orders and n-grams of 1: both must have the same, at least 1",
                       Error);
  CHECK_THROWS_WITH_AS(
      bleu_of({}), "bleu: matches of 0 orders and n-grams of 0: both must have the same, at least 1", Error);
  CHECK_THROWS_WITH_AS(bleu_of({1, 1, {2}, {1}}),
                       "bleu: 2 matches among 1 n-grams of order 1: there can be 0 to 1", Error);
}

TEST_CASE("a floor stands in for what does not match") {
  const BleuScore score = of_one("am I am a character sequence", "I am a symbol string sequence a a",
                                 {.smoothing = BleuSmoothing::floor});
  CHECK(score.counts == BleuCounts{6, 8, {4, 2, 1, 0}, {6, 5, 4, 3}});
  CHECK(is(score.bleu, 15.557222));
}

TEST_CASE("a sentence is scored with every smoothing") {
  const std::string hypothesis = "Producția de zahăr primă va fi exprimată în ceea ce privește zahărul alb;";
  const std::string reference = "producţia de zahăr brut se exprimă în zahăr alb;";
  const auto bleu = [&](BleuSmoothing smoothing, std::optional<double> value = {},
                        BleuTokenizer tokenizer = BleuTokenizer::mteval_13a) {
    return of_one(hypothesis, reference,
                  {.tokenizer = tokenizer,
                   .smoothing = smoothing,
                   .smoothing_value = value,
                   .effective_order = true})
        .bleu;
  };
  CHECK(is(bleu(BleuSmoothing::exponential), 8.493099));
  CHECK(bleu(BleuSmoothing::none) == 0);
  CHECK(is(bleu(BleuSmoothing::floor), 4.516881));
  CHECK(is(bleu(BleuSmoothing::floor, 0.5), 10.100053));
  CHECK(is(bleu(BleuSmoothing::add_k), 14.882560));
  CHECK(is(bleu(BleuSmoothing::add_k, 2), 21.389460));
  CHECK(is(bleu(BleuSmoothing::exponential, {}, BleuTokenizer::none), 7.347053));
}

TEST_CASE("case counts unless it is put aside, in every script") {
  const Lines cased{"Ein Mann in ÖSTERREICH fährt Ski."}, lower{"ein mann in österreich fährt ski."};
  CHECK(corpus_bleu(lower, cased).bleu < 50);
  CHECK(is(corpus_bleu(lower, cased, {.lowercase = true}).bleu, 100));
  CHECK(is(corpus_bleu(cased, lower, {.lowercase = true}).bleu, 100));
}

TEST_CASE("what cannot be scored is refused with the reason") {
  CHECK(message_of({}, {{}}) == "bleu: there is nothing to score: no hypothesis was given");
  CHECK(message_of({"a"}, {}) == "bleu: no references were given: at least one is needed");
  CHECK(message_of({"a", "b"}, {{"a", "b"}, {"a"}}) ==
        "bleu: 2 hypotheses, but 1 lines of reference 2: line i of one belongs to line i of the other");
  CHECK(message_of({"a", "gr\xFCn"}, {{"a", "b"}}) ==
        "bleu: hypothesis 2: byte 3 (0xfc) is not valid UTF-8; convert the text to UTF-8");
  CHECK(message_of({"a"}, {{"\xFF"}}, {.lowercase = true}) ==
        "bleu: reference 1: byte 1 (0xff) is not valid UTF-8; convert the text to UTF-8");
  CHECK(message_of({"a"}, {{"a"}}, {.max_order = 0}) ==
        "bleu: max_order is 0: n-grams have at least 1 token");
  CHECK(message_of({"a"}, {{"a"}}, {.smoothing_value = -1}) ==
        "bleu: smoothing_value is -1: it must be a number not below 0");
}

TEST_CASE("a signature says how a score came about and whose it is") {
  const std::string plain = bleu_signature();
  CAPTURE(plain);
  CHECK(plain.starts_with("nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:heed-"));
  CHECK(plain.back() >= '0');
  CHECK(plain.back() <= '9');
  CHECK(bleu_signature({.tokenizer = BleuTokenizer::none,
                        .smoothing = BleuSmoothing::floor,
                        .lowercase = true,
                        .effective_order = true},
                       2)
            .starts_with("nrefs:2|case:lc|eff:yes|tok:none|smooth:floor[0.10]|version:heed-"));
  CHECK(bleu_signature({.smoothing = BleuSmoothing::add_k, .smoothing_value = 2})
            .find("|smooth:add-k[2.00]|") != std::string::npos);
}

TEST_CASE("smoothings have the names of sacreBLEU") {
  for (const std::string name : {"none", "floor", "add-k", "exp"})
    CHECK(name_of(bleu_smoothing(name)) == name);
  CHECK_THROWS_WITH_AS(bleu_smoothing("some"),
                       R"(there is no BLEU smoothing "some"; use "exp", "floor", "add-k" or "none")", Error);
}

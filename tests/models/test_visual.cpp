// Pictures of attention, made of a sentence by hand: pieces joined, matrices, alignments, text, SVG, pages.
#include <algorithm>
#include <cmath>

#include "../message_of.h"
#include "little_attention.h"
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <heed/models/visual/attention_page.h>
#include <heed/models/visual/attention_svg.h>
#include <heed/models/visual/attention_text.h>
#include <heed/models/visual/hard_alignment.h>

using namespace heed;
using namespace heed::little;
using heed::test::message_of;
using Strings = std::vector<std::string>;

namespace {

void check_close(const std::vector<float>& found, const std::vector<float>& expected) {
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) CHECK(std::abs(found[i] - expected[i]) < 1e-6f);
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

ModelAttention model_of(const SentenceAttention& sentence, const std::string& text = "run") {
  ModelAttention model{text, text, true, {sentence}, {}};
  model.heads.add(sentence);
  return model;
}

// The JSON between the page's tags.
std::string data_of(const std::string& page) {
  const std::string begin = "id=\"data\">";
  const std::size_t from = page.find(begin) + begin.size();
  return page.substr(from, page.find("</script>", from) - from);
}

}  // namespace

TEST_CASE("words of a word vocabulary are its pieces, without their marks") {
  const Vocabulary vocabulary = Vocabulary::train(Strings{"a man, smiling."}, VocabularyKind::word);
  std::vector<std::int32_t> ids = vocabulary.encode("a man, smiling.");
  ids.push_back(end_id);
  const Tokens tokens = tokens_of(vocabulary, ids);
  CHECK(tokens.words == Strings{"a", "man", ",", "smiling", ".", "</s>"});
  CHECK(tokens.word_of == std::vector<std::size_t>{0, 1, 2, 3, 4, 5});
  CHECK(tokens.special_words == std::vector<bool>{false, false, false, false, false, true});
}

TEST_CASE("characters are joined into words up to the next space") {
  const Vocabulary vocabulary = Vocabulary::train(Strings{"ab cd"}, VocabularyKind::character);
  std::vector<std::int32_t> ids = vocabulary.encode("ab cd");
  ids.insert(ids.begin(), start_id);
  ids.push_back(end_id);
  const Tokens tokens = tokens_of(vocabulary, ids);
  CHECK(tokens.words == Strings{"<s>", "ab", "cd", "</s>"});
  CHECK(tokens.word_of == std::vector<std::size_t>{0, 1, 1, 2, 2, 2, 3});
}

TEST_CASE("weights are summed over a word's columns and averaged over its rows") {
  const WeightMatrix matrix = matrix_of(little_attention(), {.head = 0});
  CHECK(matrix.rows == Strings{"netter", "Hund", "</s>"});
  CHECK(matrix.columns == Strings{"smiling", "dog", "</s>"});
  check_close(matrix.weights, {0.75f, 0.125f, 0.125f, 0.3f, 0.6f, 0.1f, 0, 0, 1});
  CHECK(matrix.title == "cross attention, layer 0, head 0");
}

TEST_CASE("without a head the mean over heads is shown, in pieces if asked for") {
  const WeightMatrix matrix = matrix_of(little_attention(), {.pieces = true});
  CHECK(matrix.rows == Strings{"▁nett", "er", "▁Hund", "</s>"});
  check_close({matrix.weights.begin(), matrix.weights.begin() + 4}, {0.25f, 0.125f, 0.625f, 0});
  CHECK(matrix.title == "cross attention, layer 0, mean over 2 heads");
}

TEST_CASE("rows can be the words that steps read, one row later") {
  const WeightMatrix matrix = matrix_of(little_attention(), {.head = 0, .pieces = true, .by_input = true});
  CHECK(matrix.rows == Strings{"<s>", "▁nett", "er", "▁Hund"});
  CHECK(matrix.at(1, 1) == 0.5f);  // the row of "er" when it is labelled by what is written
}

TEST_CASE("kinds, layers and heads that are not there are refused") {
  const auto refused = [](const MatrixView& view) {
    return message_of([&] { matrix_of(little_attention(), view); });
  };
  CHECK(refused({.head = 2}) == "there is no head 2: cross attention has heads 0 to 1");
  CHECK(refused({.head = -1}) == "there is no head -1: cross attention has heads 0 to 1");
  CHECK(refused({.layer = 1}) == "there is no layer 1 of cross attention: layers are 0 to 0");
  CHECK(refused({.kind = AttentionKind::encoder_self}) == "there is no encoder-self attention to show");
  CHECK(message_of([] { attention_kind("self"); }) ==
        "no kind of attention is called \"self\"; there are encoder-self, decoder-self, cross");
}

TEST_CASE("a hard alignment links every produced word to its largest weight among words") {
  CHECK(to_pharaoh(alignment_of(matrix_of(little_attention(), {.head = 0}))) == "0-0 1-1");
  // </s> has the largest weight of head 1's "er", but is no word.
  CHECK(to_pharaoh(alignment_of(matrix_of(little_attention(), {.head = 1, .pieces = true}))) ==
        "2-0 0-1 2-2");
  CHECK(to_pharaoh(alignment_of(
            matrix_of(little_attention(), {.head = 0, .pieces = true, .by_input = true}))) == "1-0 2-1 0-2");
}

TEST_CASE("a matrix in the terminal names its words and shades its cells") {
  const std::string text = to_text(matrix_of(little_attention(), {.head = 0}));
  CHECK(text ==
        "cross attention, layer 0, head 0\n"
        "        0   1   2  \n"
        "netter [▓▓] ░░  ░░   smiling\n"
        "Hund    ░░ [▒▒]      dog\n"
        "</s>           [██]  </s>\n"
        "columns: 0 smiling 1 dog 2 </s>\n");
  const std::string numbers =
      to_text(matrix_of(little_attention(), {.head = 0}), {.numbers = true, .marks = false});
  CHECK(numbers.find("Hund    0.30  0.60  0.10 ") != std::string::npos);
}

TEST_CASE("a picture has a cell for each weight, grey from 0 to 1, and no markup of its labels") {
  SentenceAttention sentence = little_attention();
  sentence.output.words[0] = "<script>\"&\x01";
  const std::string svg = to_svg(matrix_of(sentence, {.head = 0}));
  CHECK(count(svg, "<title>") == 9);
  CHECK(svg.find("fill=\"rgb(255,255,255)\"><title>&lt;/s&gt; → &lt;/s&gt;: 1.0000</title>") !=
        std::string::npos);
  CHECK(svg.find("fill=\"rgb(191,191,191)\"") != std::string::npos);
  CHECK(svg.find("&lt;script&gt;&quot;&amp; ") != std::string::npos);
  CHECK(svg.find("<script") == std::string::npos);
}

TEST_CASE("heads are summarised over all rows of all sentences") {
  HeadStatistics statistics;
  for (int i = 0; i < 2; ++i) statistics.add(little_attention());
  CHECK(statistics.sentences() == 2);
  const std::vector<HeadSummary> heads = statistics.means();
  REQUIRE(heads.size() == 2);
  CHECK(heads[0].rows == 8);
  const double third = -(0.1 * std::log2(0.1) * 2 + 0.2 * std::log2(0.2) + 0.6 * std::log2(0.6));
  CHECK(heads[0].entropy == doctest::Approx((1.5 + 1.5 + third + 0) / 4).epsilon(1e-6));
  CHECK(heads[0].peak == doctest::Approx((0.5 + 0.5 + 0.6 + 1) / 4));
  CHECK(heads[0].same == doctest::Approx((0.5 + 0.5 + 0.6 + 1) / 4));
  CHECK(heads[0].previous == doctest::Approx((0.25 + 0.2 + 0) / 4));
  CHECK(heads[0].first == doctest::Approx((0.5 + 0.25 + 0.1 + 0) / 4));
  CHECK(heads[1].last == doctest::Approx((0 + 1 + 0.25 + 0.1) / 4));
  const std::string table = to_text(heads);
  CHECK(std::ranges::count(table, '\n') == 3);
  CHECK(table.find("cross             0    1 ") != std::string::npos);
}

TEST_CASE("a page's data are the tensors, digit for digit") {
  SentenceAttention sentence = little_attention();
  const std::span<float> weights = sentence.layers[0].weights.values<float>();
  for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = 1 / (3.1f + static_cast<float>(i));
  const std::vector<ModelAttention> models{model_of(sentence)};
  const auto json = nlohmann::json::parse(data_of(attention_page(models)));
  const auto& shown = json["models"][0]["sentences"][0];
  const auto& heads = shown["layers"][0]["heads"];
  std::size_t i = 0;
  for (const auto& head : heads) {
    for (const auto& row : head) {
      for (const auto& weight : row) CHECK(static_cast<float>(weight.get<double>()) == weights[i++]);
    }
  }
  CHECK(i == weights.size());
  CHECK(shown["source"]["wordOf"] == nlohmann::json({0, 0, 1, 2}));
  CHECK(shown["output"]["pieces"] == nlohmann::json(sentence.output.pieces));
  CHECK(shown["steps"][0]["candidates"][0] == nlohmann::json({{"piece", "▁nett"}, {"p", 0.75}}));
  CHECK(shown["states"]["encoder"]["rows"][0] == nlohmann::json({0.5, -1.0}));
  CHECK(shown["states"]["encoder"]["width"] == 2);
  CHECK(json["models"][0]["summary"].size() == 2);
  CHECK(json["models"][0]["averaged"] == 1);
}

TEST_CASE("long states are shown by entries taken evenly") {
  SentenceAttention sentence = little_attention();
  sentence.encoder_states = Array(DType::f32, {4, 512});
  sentence.encoder_states->set_number(21, 0.5);
  const std::vector<ModelAttention> models{model_of(sentence)};
  const auto states =
      nlohmann::json::parse(attention_json(models))["models"][0]["sentences"][0]["states"]["encoder"];
  CHECK(states["width"] == 512);
  CHECK(states["entries"].size() == 24);
  CHECK(states["entries"][1] == 21);
  CHECK(states["rows"][0][1] == 0.5);
}

TEST_CASE("no text of a page's data can become markup, or end the block that holds it") {
  const std::string evil = "</script><script>alert('1')</script><!-- \"&@SCRIPT@";
  SentenceAttention sentence = little_attention();
  sentence.text = sentence.translation = sentence.source.pieces[0] = sentence.output.words[0] = evil;
  const std::string page = attention_page(std::vector<ModelAttention>{model_of(sentence, evil)});
  CHECK(page.find("alert('1')</script>") == std::string::npos);
  CHECK(count(page, "<script") == 2);
  CHECK(count(page, "</script>") == 2);
  const auto json = nlohmann::json::parse(data_of(page));
  CHECK(json["models"][0]["sentences"][0]["text"] == evil);
  CHECK(json["models"][0]["name"] == evil);
}

TEST_CASE("a page needs nothing but itself") {
  const std::string page = attention_page(std::vector<ModelAttention>{model_of(little_attention())});
  CHECK(page.starts_with("<!DOCTYPE html>"));
  for (const char* outside : {"src=", "@import", "url(", "fetch(", "XMLHttpRequest"}) {
    CAPTURE(outside);
    CHECK(page.find(outside) == std::string::npos);
  }
  for (std::size_t at = page.find("http"); at != std::string::npos; at = page.find("http", at + 1)) {
    const std::string link = page.substr(at, 40);
    CAPTURE(link);
    CHECK((link.starts_with("http://www.w3.org/2000/svg") || link.starts_with("http-equiv")));
  }
}

#include <string>
#include <vector>

#include "temporary_directory.h"
#include <doctest/doctest.h>

#include <heed/graph/error.h>
#include <heed/models/text/draws.h>
#include <heed/models/text/files.h>
#include <heed/models/text/vocabulary.h>
#include <heed/models/text/words.h>

using namespace heed;

namespace {

using Texts = std::vector<std::string>;
using Ids = std::vector<std::int32_t>;

std::string load_message(std::string_view bytes) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("vocabulary", bytes);
  try {
    Vocabulary::load(path);
  } catch (const Error& error) {
    return std::string(error.what()).substr(path.size());
  }
  return "no error";
}

}  // namespace

TEST_CASE("words and punctuation are split, and joiners say where no space was") {
  CHECK(split_words("A man, smiling.") == Texts{"A", "man", "￭,", "smiling", "￭."});
  CHECK(split_words("say \"hi\"!") == Texts{"say", "\"￭", "hi", "￭\"", "￭!"});
  CHECK(split_words("forty-seven o'clock") == Texts{"forty-seven", "o'clock"});
  CHECK(split_words("saftig-grünes Gras - weiß") == Texts{"saftig-grünes", "Gras", "-", "weiß"});
  CHECK(split_words("3.5 km") == Texts{"3", "￭.￭", "5", "km"});
  CHECK(split_words("„Ja“") == Texts{"„￭", "Ja", "￭“"});
  CHECK(split_words(" a  b ") == Texts{"▁￭", "a", "￭▁", "￭▁￭", "b", "￭▁"});
  CHECK(split_words("").empty());
}

TEST_CASE("joining words gives back any text") {
  const std::u32string alphabet = U"ab1 ,.-'\"\tü“€";
  Draws draws(11);
  for (int trial = 0; trial < 5000; ++trial) {
    std::string text;
    for (std::uint64_t left = draws.below(12); left > 0; --left) {
      const char32_t drawn = alphabet[draws.below(alphabet.size())];
      text += drawn == U'ü'   ? "ü"
              : drawn == U'“' ? "“"
              : drawn == U'€' ? "€"
                              : std::string(1, static_cast<char>(drawn));
    }
    REQUIRE(join_words(split_words(text)) == text);
  }
}

TEST_CASE("ids follow frequency, and byte order among equals") {
  const Texts texts{"b a c", "c b", "c d"};
  const Vocabulary vocabulary = Vocabulary::train(texts, VocabularyKind::word);
  CHECK(vocabulary.pieces(Ids{0, 1, 2, 3, 4, 5, 6, 7}) ==
        Texts{"<pad>", "<unk>", "<s>", "</s>", "c", "b", "a", "d"});
  CHECK(vocabulary.size() == 8);
  CHECK(vocabulary.encode("d x c") == Ids{7, unknown_id, 4});
  CHECK(Vocabulary::train(texts, VocabularyKind::word, 5).encode("c b") == Ids{4, unknown_id});
  CHECK_THROWS_WITH_AS(vocabulary.pieces(Ids{8}), "id 8 is outside a vocabulary of 8 entries", Error);
}

TEST_CASE("a character vocabulary has an entry for each code point") {
  const Vocabulary vocabulary = Vocabulary::train(Texts{"grün ist"}, VocabularyKind::character);
  const Ids ids = vocabulary.encode("ü t");
  CHECK(vocabulary.pieces(ids) == Texts{"ü", "▁", "t"});
  CHECK(vocabulary.decode(ids) == "ü t");
  CHECK(vocabulary.decode(vocabulary.encode("rot")) == "r\uFFFDt");
}

TEST_CASE("decoding stops at the end mark and skips padding") {
  const Vocabulary vocabulary = Vocabulary::train(Texts{"Ja, gut!"}, VocabularyKind::word);
  Ids ids = vocabulary.encode("gut, Ja!");
  ids.insert(ids.begin(), start_id);
  ids.insert(ids.end(), {end_id, pad_id, 5});
  CHECK(vocabulary.decode(ids) == "gut, Ja!");
  CHECK(vocabulary.decode(vocabulary.encode("nein, gut")) == "<unk>, gut");
  CHECK(vocabulary.decode(Ids{pad_id, pad_id}).empty());
  CHECK_THROWS_AS(vocabulary.decode(Ids{-1}), Error);
}

TEST_CASE("a vocabulary that cannot be is refused") {
  CHECK_THROWS_AS(Vocabulary::train(Texts{"a"}, VocabularyKind::word, 4), Error);
  CHECK_THROWS_AS(Vocabulary::train(Texts{"", ""}, VocabularyKind::word), Error);
  CHECK_THROWS_AS(Vocabulary::train(Texts{"\xFF"}, VocabularyKind::character), Error);
  CHECK_THROWS_WITH_AS(
      vocabulary_kind("syllable"),
      "there is no vocabulary of kind \"syllable\"; use \"word\", \"character\", \"bpe\" or \"unigram\"",
      Error);
  CHECK(vocabulary_kind("unigram") == VocabularyKind::unigram);
}

TEST_CASE("a vocabulary survives its file") {
  const TemporaryDirectory directory;
  const std::string path = directory.file("vocabulary");
  const Texts texts{"Ein Mann, \\ der\nlacht.\r\tJa  so", "a\\nb"};
  for (const VocabularyKind kind : {VocabularyKind::word, VocabularyKind::character}) {
    const Vocabulary vocabulary = Vocabulary::train(texts, kind);
    vocabulary.save(path);
    const Vocabulary loaded = Vocabulary::load(path);
    CHECK(loaded == vocabulary);
    CHECK(loaded.decode(loaded.encode(texts[0])) == texts[0]);
  }
}

TEST_CASE("a foreign or damaged vocabulary file is refused with the line") {
  const std::string good = "heed-vocabulary 1 word 6\n<pad>\n<unk>\n<s>\n</s>\na\nb\n";
  CHECK(load_message(good) == "no error");
  CHECK(load_message("") ==
        " is not a vocabulary of this version: its first line must read \"heed-vocabulary 1 KIND SIZE\", "
        "unless it is a SentencePiece model");
  CHECK(load_message("heed-vocabulary 2 word 6\n").starts_with(" is not a vocabulary of this version"));
  CHECK(load_message("heed-vocabulary 1 bpe 6\n").starts_with(" is not a vocabulary of this version"));
  CHECK(load_message("heed-vocabulary 1 word x\n").starts_with(" is not a vocabulary of this version"));
  CHECK(load_message(good.substr(0, good.size() - 1)) ==
        ", line 7: the file ends early; save the vocabulary again");
  CHECK(load_message(good + "c\n") ==
        ", line 7: more follows, but the first line says 6 entries; save the vocabulary again");
  CHECK(load_message("heed-vocabulary 1 word 4\n<pad>\n<s>\n") ==
        ", line 3: <unk> must stand here; save the vocabulary again");
  CHECK(load_message("heed-vocabulary 1 word 6\n<pad>\n<unk>\n<s>\n</s>\na\na\n") ==
        ", line 7: this entry stands in an earlier line too; save the vocabulary again");
  CHECK(load_message("heed-vocabulary 1 word 5\n<pad>\n<unk>\n<s>\n</s>\n\n") ==
        ", line 6: this is no entry; save the vocabulary again");
  for (std::size_t length = 0; length < good.size(); ++length) {
    CHECK(load_message(good.substr(0, length)) != "no error");
  }
}

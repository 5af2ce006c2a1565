#include <string>
#include <vector>

#include "../message_of.h"
#include <doctest/doctest.h>

#include <heed/models/text/bleu_by_length.h>

using namespace heed;
using heed::test::message_of;

namespace {

using Lines = std::vector<std::string>;

const Lines sources{"one two three", "a b c d e f", "one two", "", "a b c d e"};
const Lines translations{"eins zwei drei vier", "der hund biss den mann", "ja nein ja nein", "so ist es nun",
                         "w x y z"};
const Lines references{"eins zwei drei vier", "der hund biss einen mann", "ja nein ja ja", "so ist es nun",
                       "w x y z"};

}  // namespace

TEST_CASE("a bin's score is that of its sentences alone") {
  const std::vector<LengthBin> bins =
      bleu_by_length(translations, std::vector<Lines>{references}, sources, 3);
  REQUIRE(bins.size() == 2);
  CHECK(bins[0].first == 1);
  CHECK(bins[0].last == 3);
  CHECK(bins[0].sentences == 3);  // an empty source is in the first bin
  CHECK(bins[0].mean_length == doctest::Approx(5 / 3.0));
  CHECK(bins[0].score.bleu == corpus_bleu(Lines{translations[0], translations[2], translations[3]},
                                          Lines{references[0], references[2], references[3]})
                                  .bleu);
  CHECK(bins[1].first == 4);
  CHECK(bins[1].last == 6);
  CHECK(bins[1].sentences == 2);
  CHECK(bins[1].mean_length == 5.5);
  CHECK(bins[1].score.bleu ==
        corpus_bleu(Lines{translations[1], translations[4]}, Lines{references[1], references[4]}).bleu);
}

TEST_CASE("lengths that nobody has are left out, and one bin holds the corpus") {
  const std::vector<LengthBin> narrow =
      bleu_by_length(translations, std::vector<Lines>{references}, sources, 1);
  REQUIRE(narrow.size() == 5);
  CHECK(narrow[3].first == 5);
  CHECK(narrow[4].first == 6);
  const std::vector<LengthBin> wide =
      bleu_by_length(translations, std::vector<Lines>{references}, sources, 100);
  REQUIRE(wide.size() == 1);
  CHECK(wide[0].score.bleu == corpus_bleu(translations, references).bleu);
}

TEST_CASE("sources belong to their translations") {
  const auto refused = [&](const Lines& some, std::size_t width) {
    return message_of([&] { bleu_by_length(translations, std::vector<Lines>{references}, some, width); });
  };
  CHECK(refused({"one"}, 5) == "there are 1 sources for 5 translations: one belongs to each");
  CHECK(refused(sources, 0) == "a bin of lengths is one word wide or more");
}

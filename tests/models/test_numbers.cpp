#include <algorithm>
#include <array>
#include <cstdlib>
#include <set>
#include <string>
#include <unordered_set>

#include <doctest/doctest.h>

#include <heed/graph/error.h>
#include <heed/models/text/number_alignment.h>
#include <heed/models/text/numbers.h>

using namespace heed;

namespace {

using Counts = std::array<int, 3>;

Counts kinds_of(const std::vector<NumberSentence>& sentences) {
  Counts counts{};
  for (const NumberSentence& sentence : sentences) ++counts[static_cast<std::size_t>(sentence.kind)];
  return counts;
}

}  // namespace

TEST_CASE("numbers are read as people read them") {
  struct Row {
    std::int64_t number;
    const char *english, *german;
  };
  const std::vector<Row> rows{
      {0, "zero", "null"},
      {1, "one", "eins"},
      {12, "twelve", "zwölf"},
      {16, "sixteen", "sechzehn"},
      {17, "seventeen", "siebzehn"},
      {21, "twenty-one", "ein und zwanzig"},
      {30, "thirty", "dreißig"},
      {66, "sixty-six", "sechs und sechzig"},
      {77, "seventy-seven", "sieben und siebzig"},
      {100, "one hundred", "ein hundert"},
      {101, "one hundred and one", "ein hundert eins"},
      {347, "three hundred and forty-seven", "drei hundert sieben und vierzig"},
      {1000, "one thousand", "ein tausend"},
      {1001, "one thousand and one", "ein tausend eins"},
      {1100, "one thousand one hundred", "ein tausend ein hundert"},
      {12305, "twelve thousand three hundred and five", "zwölf tausend drei hundert fünf"},
      {21021, "twenty-one thousand and twenty-one", "ein und zwanzig tausend ein und zwanzig"},
      {101000, "one hundred and one thousand", "ein hundert ein tausend"},
      {999999, "nine hundred and ninety-nine thousand nine hundred and ninety-nine",
       "neun hundert neun und neunzig tausend neun hundert neun und neunzig"},
  };
  for (const Row& row : rows) {
    CHECK(english_number(row.number) == row.english);
    CHECK(german_number(row.number) == row.german);
  }
  CHECK_THROWS_WITH_AS(english_number(1'000'000),
                       "1000000 has no number word here: numbers go from 0 to 999999", Error);
  CHECK_THROWS_AS(german_number(-1), Error);
}

TEST_CASE("different numbers have different words") {
  std::unordered_set<std::string> english, german;
  for (std::int64_t number = 0; number <= 100'000; ++number) {
    english.insert(english_number(number));
    german.insert(german_number(number));
  }
  CHECK(english.size() == 100'001);
  CHECK(german.size() == 100'001);
}

TEST_CASE("dates are read as people read them") {
  struct Row {
    Date date;
    const char *english, *german;
  };
  const std::vector<Row> rows{
      {{1984, 3, 3},
       "the third of march nineteen eighty-four",
       "der dritte märz neunzehn hundert vier und achtzig"},
      {{1900, 1, 1}, "the first of january nineteen hundred", "der erste januar neunzehn hundert"},
      {{1905, 5, 7}, "the seventh of may nineteen oh five", "der siebte mai neunzehn hundert fünf"},
      {{1101, 8, 8}, "the eighth of august eleven oh one", "der achte august elf hundert eins"},
      {{2000, 2, 29},
       "the twenty-ninth of february two thousand",
       "der neun und zwanzigste februar zwei tausend"},
      {{2007, 6, 20},
       "the twentieth of june two thousand and seven",
       "der zwanzigste juni zwei tausend sieben"},
      {{2014, 12, 31},
       "the thirty-first of december twenty fourteen",
       "der ein und dreißigste dezember zwei tausend vierzehn"},
      {{1821, 7, 21},
       "the twenty-first of july eighteen twenty-one",
       "der ein und zwanzigste juli achtzehn hundert ein und zwanzig"},
      {{2099, 9, 30},
       "the thirtieth of september twenty ninety-nine",
       "der dreißigste september zwei tausend neun und neunzig"},
  };
  for (const Row& row : rows) {
    CHECK(english_date(row.date) == row.english);
    CHECK(german_date(row.date) == row.german);
  }
  CHECK_THROWS_WITH_AS(english_date({1900, 2, 29}), "1900-02-29 is no date of the years 1100 to 2099", Error);
  CHECK_THROWS_AS(german_date({2100, 1, 1}), Error);
  CHECK_THROWS_AS(german_date({2000, 13, 1}), Error);
}

TEST_CASE("times are read as people read them") {
  struct Row {
    ClockTime time;
    const char *english, *german;
  };
  const std::vector<Row> rows{
      {{7, 0}, "seven o'clock", "sieben uhr"},
      {{1, 0}, "one o'clock", "ein uhr"},
      {{7, 30}, "half past seven", "halb acht"},
      {{12, 30}, "half past twelve", "halb eins"},
      {{6, 15}, "quarter past six", "viertel nach sechs"},
      {{12, 45}, "quarter to one", "viertel vor eins"},
      {{6, 10}, "ten past six", "zehn nach sechs"},
      {{11, 55}, "five to twelve", "fünf vor zwölf"},
      {{4, 23}, "twenty-three minutes past four", "drei und zwanzig minuten nach vier"},
      {{4, 1}, "one minute past four", "eine minute nach vier"},
      {{4, 39}, "twenty-one minutes to five", "ein und zwanzig minuten vor fünf"},
      {{4, 35}, "twenty-five to five", "fünf und zwanzig vor fünf"},
      {{8, 30, DayPart::evening, Opening::at}, "at half past eight in the evening", "um halb neun abends"},
      {{1, 0, DayPart::night, Opening::it_is}, "it is one o'clock at night", "es ist ein uhr nachts"},
  };
  for (const Row& row : rows) {
    CHECK(english_time(row.time) == row.english);
    CHECK(german_time(row.time) == row.german);
  }
  CHECK_THROWS_WITH_AS(english_time({13, 0}),
                       "13:00 is no time here: hours go from 1 to 12, minutes from 0 to 59", Error);
}

TEST_CASE("all sentences of dates and times are different") {
  std::unordered_set<std::string> english;
  std::int64_t count = 0;
  for (Date date{first_year, 1, 1}; date.year <= last_year; ++date.year) {
    for (date.month = 1; date.month <= 12; ++date.month) {
      for (date.day = 1; date.day <= days_in_month(date.year, date.month); ++date.day, ++count) {
        english.insert(english_date(date));
      }
    }
  }
  for (int state = 0; state < 12 * 60 * day_parts * openings; ++state, ++count) {
    english.insert(
        english_time({state % 12 + 1, state / 12 % 60, static_cast<DayPart>(state / 720 % day_parts),
                      static_cast<Opening>(state / (720 * day_parts))}));
  }
  CHECK(static_cast<std::int64_t>(english.size()) == count);
  CHECK(count + 1'000'000 == distinct_number_sentences());
}

TEST_CASE("the splits of the number corpus are disjoint and hold every kind") {
  const NumberCorpus corpus = make_number_corpus(1);
  CHECK(corpus.train.size() == 40'000);
  CHECK(corpus.valid.size() == 1'000);
  CHECK(corpus.test.size() == 1'000);
  std::set<std::string> sources;
  for (const auto* split : {&corpus.train, &corpus.valid, &corpus.test}) {
    for (const NumberSentence& sentence : *split) sources.insert(sentence.pair.source);
    const Counts counts = kinds_of(*split);
    CHECK(*std::min_element(counts.begin(), counts.end()) >= static_cast<int>(split->size() / 10));
  }
  CHECK(sources.size() == 42'000);
  CHECK(corpus.train.size() * 20 <= static_cast<std::size_t>(distinct_number_sentences()));
  CHECK(distinct_number_sentences() > 1'000'000);
}

TEST_CASE("half of the number corpus is numbers, three tenths dates and one fifth times") {
  const Counts counts = kinds_of(make_number_corpus(2, {.train = 20'000}).train);
  CHECK(std::abs(counts[0] - 10'000) < 500);
  CHECK(std::abs(counts[1] - 6'000) < 500);
  CHECK(std::abs(counts[2] - 4'000) < 500);
}

TEST_CASE("short numbers are in the number corpus too") {
  const NumberCorpus corpus = make_number_corpus(5);
  const auto short_ones =
      std::count_if(corpus.train.begin(), corpus.train.end(), [](const NumberSentence& sentence) {
        return sentence.kind == NumberKind::number &&
               sentence.pair.source.find("hundred") == std::string::npos &&
               sentence.pair.source.find("thousand") == std::string::npos;
      });
  CHECK(short_ones >= 80);
}

TEST_CASE("the same seed gives the same number corpus") {
  const NumberCorpusSizes few{.train = 500, .valid = 50, .test = 50};
  CHECK(make_number_corpus(3, few).train == make_number_corpus(3, few).train);
  CHECK(make_number_corpus(3, few).test == make_number_corpus(3, few).test);
  CHECK(make_number_corpus(3, few).train != make_number_corpus(4, few).train);
}

TEST_CASE("a number corpus that shows too much or goes too far is refused") {
  CHECK_THROWS_AS(make_number_corpus(1, {.train = 80'000}), Error);
  CHECK_THROWS_AS(make_number_corpus(1, {.train = -1}), Error);
  CHECK_THROWS_AS(make_number_corpus(1, {}, 1'000'000), Error);
  CHECK(make_number_corpus(1, {.train = 10'000, .valid = 10, .test = 10}, 9).train.size() == 10'000);
}

TEST_CASE("a number corpus reads as a parallel corpus") {
  const NumberCorpus corpus = make_number_corpus(1, {.train = 20, .valid = 0, .test = 0});
  const ParallelCorpus pairs = parallel_corpus(corpus.train);
  CHECK(pairs.pairs.size() == 20);
  CHECK(pairs.pairs.front() == corpus.train.front().pair);
}

TEST_CASE("it is known which words translate which") {
  const auto aligned = [](const char* source, const char* target) { return align_numbers({source, target}); };
  const GoldAlignment number = aligned("twelve thousand and forty-seven", "zwölf tausend sieben und vierzig");
  CHECK(number.sure == Alignment{{0, 0}, {1, 1}, {3, 2}, {3, 3}, {3, 4}});
  CHECK(number.possible == number.sure);
  const GoldAlignment year =
      aligned("the third of may nineteen oh five", "der dritte mai neunzehn hundert fünf");
  CHECK(year.sure == Alignment{{0, 0}, {1, 1}, {3, 2}, {4, 3}, {6, 5}});
  CHECK(year.possible == Alignment{{0, 0}, {1, 1}, {3, 2}, {4, 3}, {4, 4}, {5, 4}, {6, 5}});
  const GoldAlignment late = aligned("the first of may twenty ten", "der erste mai zwei tausend zehn");
  CHECK(late.sure == Alignment{{0, 0}, {1, 1}, {3, 2}, {4, 3}, {4, 4}, {5, 5}});
  const GoldAlignment time = aligned("it is half past seven in the evening", "es ist halb acht abends");
  CHECK(time.sure == Alignment{{0, 0}, {1, 1}, {2, 2}, {4, 3}, {7, 4}});
  CHECK(time.possible == Alignment{{0, 0}, {1, 1}, {2, 2}, {3, 2}, {4, 3}, {5, 4}, {6, 4}, {7, 4}});
  CHECK_THROWS_WITH_AS(aligned("two", "zwei drei"),
                       "\"two\" and \"zwei drei\" are no pair of the built-in corpus", Error);
}

TEST_CASE("every pair of the corpus can be aligned, and every target word has a link") {
  for (const NumberSentence& sentence : make_number_corpus(5, {20000, 10, 10}).train) {
    CAPTURE(sentence.pair.source);
    const GoldAlignment links = align_numbers(sentence.pair);
    std::set<std::size_t> linked;
    for (const auto& link : links.possible) linked.insert(link.second);
    const auto words = std::ranges::count(sentence.pair.target, ' ') + 1;
    REQUIRE(std::ssize(linked) == words);
    REQUIRE(std::ranges::includes(links.possible, links.sure));
  }
}

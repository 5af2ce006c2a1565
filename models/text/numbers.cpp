#include <algorithm>
#include <string>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include <heed/graph/error.h>
#include <heed/models/text/draws.h>
#include <heed/models/text/numbers.h>

namespace heed {

std::string_view name_of(NumberKind kind) {
  switch (kind) {
    case NumberKind::number:
      return "number";
    case NumberKind::date:
      return "date";
    case NumberKind::time:
      return "time";
  }
  return "?";
}

namespace {

std::int64_t distinct_dates() {
  std::int64_t count = 0;
  for (int year = first_year; year <= last_year; ++year) {
    for (int month = 1; month <= 12; ++month) count += days_in_month(year, month);
  }
  return count;
}

// The count of digits is drawn first: drawn as they come, nine numbers in ten would have six digits.
NumberSentence draw_number(Draws& draws, std::int64_t largest) {
  const auto most_digits = static_cast<std::int64_t>(std::to_string(largest).size());
  std::int64_t end = 10;
  for (std::int64_t digits = draws.between(1, most_digits); digits > 1; --digits) end *= 10;
  const std::int64_t number = draws.between(end == 10 ? 0 : end / 10, std::min(end - 1, largest));
  return {{english_number(number), german_number(number)}, NumberKind::number};
}

NumberSentence draw_date(Draws& draws) {
  Date date;
  date.year = static_cast<int>(draws.between(first_year, last_year));
  date.month = static_cast<int>(draws.between(1, 12));
  date.day = static_cast<int>(draws.between(1, days_in_month(date.year, date.month)));
  return {{english_date(date), german_date(date)}, NumberKind::date};
}

NumberSentence draw_time(Draws& draws) {
  ClockTime time;
  time.hour = static_cast<int>(draws.between(1, 12));
  time.minute = static_cast<int>(draws.between(0, 59));
  time.part = static_cast<DayPart>(draws.below(day_parts));
  time.opening = static_cast<Opening>(draws.below(openings));
  return {{english_time(time), german_time(time)}, NumberKind::time};
}

NumberKind draw_kind(Draws& draws) {
  const std::uint64_t tenth = draws.below(10);
  if (tenth < 5) return NumberKind::number;
  return tenth < 8 ? NumberKind::date : NumberKind::time;
}

NumberSentence draw_sentence(NumberKind kind, Draws& draws, std::int64_t largest) {
  switch (kind) {
    case NumberKind::number:
      return draw_number(draws, largest);
    case NumberKind::date:
      return draw_date(draws);
    case NumberKind::time:
      return draw_time(draws);
  }
  return {};
}

std::vector<NumberSentence> draw_distinct(std::size_t total, Draws& draws, std::int64_t largest) {
  // A repeated sentence is drawn again from its own kind, lest the short numbers thin out all numbers;
  // but not for ever, because a kind with few sentences may be used up.
  constexpr int attempts = 20;
  std::vector<NumberSentence> sentences;
  std::unordered_set<std::string> seen;
  while (sentences.size() < total) {
    const NumberKind kind = draw_kind(draws);
    for (int attempt = 0; attempt < attempts; ++attempt) {
      NumberSentence sentence = draw_sentence(kind, draws, largest);
      if (!seen.insert(sentence.pair.source).second) continue;
      sentences.push_back(std::move(sentence));
      break;
    }
  }
  return sentences;
}

void require_sizes(const NumberCorpusSizes& sizes, std::int64_t largest) {
  if (largest < 0 || largest > largest_number) {
    throw Error(
        fmt::format("the largest number of a corpus must lie in 0 to {}, not {}", largest_number, largest));
  }
  if (std::min({sizes.train, sizes.valid, sizes.test}) < 0) {
    throw Error(
        fmt::format("a corpus cannot have {} training, {} validation and {} test sentences: sizes are at "
                    "least 0",
                    sizes.train, sizes.valid, sizes.test));
  }
  const std::int64_t distinct = distinct_number_sentences(largest);
  const std::int64_t allowed = distinct / 20;
  if (sizes.train <= allowed && sizes.valid <= allowed && sizes.test <= allowed) return;
  throw Error(
      fmt::format("numbers up to {} give {} different sentences; no split may have more than 5 % of them "
                  "({}), but {} for training, {} for validation and {} for testing were asked for",
                  largest, distinct, allowed, sizes.train, sizes.valid, sizes.test));
}

}  // namespace

std::int64_t distinct_number_sentences(std::int64_t largest) {
  constexpr std::int64_t times = std::int64_t{12} * 60 * day_parts * openings;
  return largest + 1 + distinct_dates() + times;
}

NumberCorpus make_number_corpus(std::uint64_t seed, const NumberCorpusSizes& sizes, std::int64_t largest) {
  require_sizes(sizes, largest);
  Draws draws(seed);
  const auto total = static_cast<std::size_t>(sizes.train + sizes.valid + sizes.test);
  std::vector<NumberSentence> sentences = draw_distinct(total, draws, largest);
  // In the order drawn the first split would get nearly all short numbers: there are few of them.
  shuffle(std::span(sentences), draws);

  auto take = [from = sentences.begin()](std::int64_t count) mutable {
    const auto end = from + count;
    std::vector<NumberSentence> split(std::make_move_iterator(from), std::make_move_iterator(end));
    from = end;
    return split;
  };
  NumberCorpus corpus;
  corpus.train = take(sizes.train);
  corpus.valid = take(sizes.valid);
  corpus.test = take(sizes.test);
  return corpus;
}

ParallelCorpus parallel_corpus(const std::vector<NumberSentence>& sentences) {
  ParallelCorpus corpus;
  corpus.pairs.reserve(sentences.size());
  for (const NumberSentence& sentence : sentences) corpus.pairs.push_back(sentence.pair);
  return corpus;
}

}  // namespace heed

// The built-in corpus: English number words, dates and times with their German. Needs no data files.
// Knows nothing of tokens; the translations themselves are in number_words.h.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <heed/models/text/corpus.h>
#include <heed/models/text/number_words.h>

namespace heed {

enum class NumberKind : std::uint8_t { number, date, time };

std::string_view name_of(NumberKind kind);

struct NumberSentence {
  SentencePair pair;
  NumberKind kind = NumberKind::number;
  friend bool operator==(const NumberSentence& a, const NumberSentence& b) = default;
};

struct NumberCorpusSizes {
  std::int64_t train = 40'000, valid = 1'000, test = 1'000;
};

struct NumberCorpus {
  std::vector<NumberSentence> train, valid, test;
};

// How many different sentences there are when numbers go up to `largest`: about 1.39 million by default.
std::int64_t distinct_number_sentences(std::int64_t largest = largest_number);

// Sentences that are all different, within a split and between splits: one half numbers (as many of one
// digit as of six, until the short ones are used up), three tenths dates, one fifth times. The same seed
// gives the same corpus on every machine. Throws Error when a split would have more than 5 % of all
// sentences: the accuracy on unseen ones means something only while nearly all are unseen.
NumberCorpus make_number_corpus(std::uint64_t seed, const NumberCorpusSizes& sizes = {},
                                std::int64_t largest = largest_number);

ParallelCorpus parallel_corpus(const std::vector<NumberSentence>& sentences);

}  // namespace heed

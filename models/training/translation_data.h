// What a translation model is trained and judged on.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <heed/models/text/corpus.h>
#include <heed/models/text/numbers.h>

namespace heed {

struct TranslationData {
  ParallelCorpus train, valid;
  std::string source_language = "en";
  std::string target_language = "de";
  // Whether a translation is right only if it equals the reference, as in the built-in corpus.
  bool exact = false;
};

// The built-in corpus of numbers, dates and times, and its test set with the kind of each sentence.
TranslationData number_data(std::uint64_t seed);
std::vector<NumberSentence> number_test_set(std::uint64_t seed);

// TRAIN.en, TRAIN.de, VALID.en, VALID.de.
TranslationData text_data(const std::string& train_prefix, const std::string& valid_prefix,
                          const std::string& source_language, const std::string& target_language);

// A digest of the training text: another text, another digest.
std::string digest(const TranslationData& data);

}  // namespace heed

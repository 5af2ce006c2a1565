// Tokens: the positions of one side of a translation, as pieces and as the words that those make up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <heed/models/text/vocabulary.h>

namespace heed {

struct Tokens {
  std::vector<std::string> pieces;   // as the vocabulary has them
  std::vector<std::size_t> word_of;  // the word that each piece is a part of, counted from 0, never falling
  std::vector<std::string> words;    // without marks of spaces
  std::vector<bool> special_words;   // <s> and </s>, words of their own
};

// Subwords and characters are joined up to the next space; each piece of a word vocabulary is a word.
Tokens tokens_of(const Vocabulary& vocabulary, std::span<const std::int32_t> ids);

}  // namespace heed

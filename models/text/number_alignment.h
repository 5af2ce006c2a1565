// Which words of the built-in corpus translate which: known, because its sentences are made by rules.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include <heed/models/text/corpus.h>

namespace heed {

// Words are counted from 0 and separated by spaces, as the corpus writes them.
struct WordAlignment {
  using Link = std::pair<std::int64_t, std::int64_t>;  // word of the source, word of the target
  std::vector<Link> sure;                              // S of Och and Ney 2003: each word's translation
  std::vector<Link> possible;  // P, which holds S, too: words that help to say the same
};

// Of a pair of the built-in corpus. Every target word has one sure link, but for the "hundert" of a year that
// English leaves out, which is possible only; "and", "oh" and the words around a part of the day have
// possible links at most. In "half past seven" and "halb acht" the hours are links. Throws Error for other
// pairs.
WordAlignment align_numbers(const SentencePair& pair);

}  // namespace heed

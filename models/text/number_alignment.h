// Which words of the built-in corpus translate which: known, because its sentences are made by rules.
#pragma once

#include <heed/models/text/alignment.h>
#include <heed/models/text/corpus.h>

namespace heed {

// Of a pair of the built-in corpus, whose words are separated by spaces. Every target word has one sure link,
// but for the "hundert" of a year that English leaves out, which is possible only; "and", "oh" and the words
// around a part of the day have possible links at most. In "half past seven" and "halb acht" the hours are
// links. Throws Error for other pairs.
GoldAlignment align_numbers(const SentencePair& pair);

}  // namespace heed

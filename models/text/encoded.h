// Sentence pairs as numbers. Knows nothing of batches or padding.
#pragma once

#include <cstdint>
#include <vector>

#include <heed/models/text/corpus.h>
#include <heed/models/text/vocabulary.h>

namespace heed {

// The ids of a pair, without <s> and </s>.
struct EncodedPair {
  std::vector<std::int32_t> source, target;
};

// One encoded pair for each pair of the corpus, in its order. The vocabularies may be one and the same.
std::vector<EncodedPair> encode_corpus(const ParallelCorpus& corpus, const Vocabulary& source,
                                       const Vocabulary& target);

}  // namespace heed

#include <heed/models/text/encoded.h>

namespace heed {

std::vector<EncodedPair> encode_corpus(const ParallelCorpus& corpus, const Vocabulary& source,
                                       const Vocabulary& target) {
  std::vector<EncodedPair> encoded;
  encoded.reserve(corpus.pairs.size());
  for (const SentencePair& pair : corpus.pairs) {
    encoded.push_back({source.encode(pair.source), target.encode(pair.target)});
  }
  return encoded;
}

}  // namespace heed

#include <vector>

#include <heed/models/text/vocabularies.h>

namespace heed {

Vocabularies shared_vocabulary(const Vocabulary& vocabulary) {
  return {vocabulary, vocabulary, true};
}

Vocabularies train_vocabularies(const ParallelCorpus& corpus, const VocabularyOptions& options) {
  if (options.shared) {
    return shared_vocabulary(Vocabulary::train(all_sentences(corpus), options.kind, options.max_size));
  }
  std::vector<std::string> sources, targets;
  for (const SentencePair& pair : corpus.pairs) {
    sources.push_back(pair.source);
    targets.push_back(pair.target);
  }
  return {Vocabulary::train(sources, options.kind, options.max_size),
          Vocabulary::train(targets, options.kind, options.max_size), false};
}

}  // namespace heed

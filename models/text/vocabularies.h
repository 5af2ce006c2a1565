// The vocabularies of a translation model: one for both languages, or one for each.
#pragma once

#include <cstddef>

#include <heed/models/text/corpus.h>
#include <heed/models/text/vocabulary.h>

namespace heed {

struct VocabularyOptions {
  VocabularyKind kind = VocabularyKind::word;
  std::size_t max_size = 10'000;  // of each
  bool shared = true;
};

struct Vocabularies {
  Vocabulary source, target;  // equal when shared
  bool shared = true;

  friend bool operator==(const Vocabularies& a, const Vocabularies& b) = default;
};

// One vocabulary for both sides.
Vocabularies shared_vocabulary(const Vocabulary& vocabulary);

// Learnt from the sentences of both languages. Throws Error where Vocabulary::train does.
Vocabularies train_vocabularies(const ParallelCorpus& corpus, const VocabularyOptions& options);

}  // namespace heed

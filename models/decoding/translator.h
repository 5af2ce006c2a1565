// Translator: a checkpoint that translates text.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include <heed/models/decoding/greedy.h>
#include <heed/models/training/checkpoint.h>

namespace heed {

struct Translation {
  std::string text;
  // With weights only: the pieces that the rows and columns stand for.
  std::vector<std::string> source_pieces, target_pieces;
  std::vector<std::vector<float>> weights;  // [target piece][source piece], rows sum to 1
};

class Translator {
 public:
  // Loads the best checkpoint of a run, or the one at `path` itself.
  Translator(const std::string& path, std::shared_ptr<Backend> backend);
  // Uses a model that is already in `variables` (during training).
  Translator(const TransformerConfig& config, const Vocabularies& vocabularies, Variables& variables);

  // One translation for each text; an empty text gives an empty one. Throws Error naming the line of a text
  // with more than `most_source_words` pieces or with invalid UTF-8.
  std::vector<Translation> translate(std::span<const std::string> texts, bool with_weights = false);

  const Vocabularies& vocabularies() const { return vocabularies_; }

  static constexpr std::size_t most_source_words = 1000;

 private:
  Translator(Checkpoint checkpoint, std::shared_ptr<Backend> backend);

  Vocabularies vocabularies_;
  std::unique_ptr<Variables> own_variables_;
  GreedyDecoder decoder_;
};

}  // namespace heed

// Translator: a checkpoint that translates text.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include <heed/models/decoding/beam_search.h>
#include <heed/models/training/checkpoint.h>

namespace heed {

struct Translation {
  std::string text;
  double score = 0;            // log probability over the length penalty
  double log_probability = 0;  // natural logarithm, </s> counted
  bool ended = true;           // false: cut at the length limit
  // The pieces' numbers, </s> of the source included, that of the translation not.
  std::vector<std::int32_t> source_words, words;
  // With weights only: the pieces that the rows and columns stand for.
  std::vector<std::string> source_pieces, target_pieces;
  std::vector<std::vector<float>> weights;  // [target piece][source piece], rows sum to 1
};

class Translator {
 public:
  // Loads the best checkpoint of a run, or the one at `path` itself.
  Translator(const std::string& path, std::shared_ptr<Backend> backend);
  // Uses a model that is already in `variables` (during training).
  Translator(const ModelConfig& config, const Vocabularies& vocabularies, Variables& variables);

  // The best translation of each text; an empty text gives an empty one. Throws Error naming the line of a
  // text with more than `most_source_words` pieces or with invalid UTF-8.
  std::vector<Translation> translate(std::span<const std::string> texts, const DecodingOptions& options = {});

  // For each text its options.best best translations, from best to worst. `prefixes`, if any, holds for each
  // text what its translations must begin with, up to the end of a piece.
  std::vector<std::vector<Translation>> translate_best(std::span<const std::string> texts,
                                                       const DecodingOptions& options,
                                                       std::span<const std::string> prefixes = {});

  const Vocabularies& vocabularies() const { return vocabularies_; }

  static constexpr std::size_t most_source_words = 1000;

 private:
  Translator(Checkpoint checkpoint, std::shared_ptr<Backend> backend);
  std::vector<std::int32_t> encoded(const Vocabulary& vocabulary, const std::string& text,
                                    std::size_t line) const;

  Vocabularies vocabularies_;
  std::unique_ptr<Variables> own_variables_;
  BeamSearch search_;
};

}  // namespace heed

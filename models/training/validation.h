// How good a model is on a corpus: perplexity, and what it translates.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <heed/models/decoding/translator.h>
#include <heed/models/text/batches.h>
#include <heed/models/training/training_graph.h>
#include <heed/models/training/translation_data.h>

namespace heed {

struct ValidationResult {
  double perplexity = 0;              // of the target's pieces, </s> counted
  std::optional<double> bleu;         // greedy, as sacreBLEU's 13a with exponential smoothing
  std::optional<double> exact_match;  // per cent, of the built-in corpus
};

// exp(mean -log p) over a corpus's target pieces under teacher forcing. Executables are kept for each shape.
class PerplexityMeter {
 public:
  // Throws Error when no pair of `corpus` is left within `batches.max_length`.
  PerplexityMeter(const ParallelCorpus& corpus, const Vocabularies& vocabularies, const ModelConfig& config,
                  const BatchOptions& batches, Variables& variables);
  double measure();
  std::int64_t pieces() const { return pieces_; }             // of the last measurement
  std::int64_t dropped() const { return loader_.dropped(); }  // pairs that were too long

 private:
  ModelConfig config_;
  Variables& variables_;
  BatchLoader loader_;
  std::int64_t pieces_ = 0;
  std::map<std::size_t, std::unique_ptr<ValidationStep>> steps_;
};

class Validator {
 public:
  Validator(const TranslationData& data, const Vocabularies& vocabularies, const ModelConfig& config,
            const BatchOptions& batches, Variables& variables);
  ValidationResult validate();

 private:
  std::vector<std::string> sources_, references_;
  bool exact_;
  PerplexityMeter perplexity_;
  Translator translator_;
};

// Larger is better, and all of it is above -1.
double score_of(const ValidationResult& result, Judge judge);

std::string to_text(const ValidationResult& result);  // "perplexity 4.131  BLEU 35.20"

}  // namespace heed

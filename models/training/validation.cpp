#include <cmath>

#include <fmt/format.h>

#include <heed/models/text/bleu.h>
#include <heed/models/training/validation.h>

namespace heed {

PerplexityMeter::PerplexityMeter(const ParallelCorpus& corpus, const Vocabularies& vocabularies,
                                 const ModelConfig& config, const BatchOptions& batches, Variables& variables)
    : config_(config),
      variables_(variables),
      loader_(encode_corpus(corpus, vocabularies.source, vocabularies.target), batches) {}

double PerplexityMeter::measure() {
  double total = 0;
  pieces_ = 0;
  for (std::int64_t i = 0; i < loader_.batches_per_epoch(); ++i) {
    const Batch batch = loader_.batch(0, i);
    auto& step = steps_[batch.shape_index];
    if (!step) {
      step = std::make_unique<ValidationStep>(config_, loader_.shapes()[batch.shape_index], variables_);
    }
    total += step->run(batch);
    pieces_ += batch.target_tokens;
  }
  return std::exp(total / static_cast<double>(pieces_));
}

Validator::Validator(const TranslationData& data, const Vocabularies& vocabularies, const ModelConfig& config,
                     const BatchOptions& batches, Variables& variables)
    : exact_(data.exact),
      perplexity_(data.valid, vocabularies, config, batches, variables),
      translator_(config, vocabularies, variables) {
  for (const SentencePair& pair : data.valid.pairs) {
    sources_.push_back(pair.source);
    references_.push_back(pair.target);
  }
}

ValidationResult Validator::validate() {
  ValidationResult result;
  result.perplexity = perplexity_.measure();
  const std::vector<Translation> translations = translator_.translate(sources_);
  if (exact_) {
    double right = 0;
    for (std::size_t i = 0; i < sources_.size(); ++i) right += translations[i].text == references_[i];
    result.exact_match = 100 * right / static_cast<double>(sources_.size());
    return result;
  }
  std::vector<std::string> texts;
  for (const Translation& translation : translations) texts.push_back(translation.text);
  result.bleu = corpus_bleu(texts, references_).bleu;
  return result;
}

double score_of(const ValidationResult& result, Judge judge) {
  switch (judge) {
    case Judge::perplexity:
      return 1 / result.perplexity;
    case Judge::bleu:
      return result.bleu.value_or(0);
    case Judge::exact_match:
      return result.exact_match.value_or(0);
  }
  return 0;
}

std::string to_text(const ValidationResult& result) {
  std::string text = fmt::format("perplexity {:.3f}", result.perplexity);
  if (result.bleu) text += fmt::format("  BLEU {:.2f}", *result.bleu);
  if (result.exact_match) text += fmt::format("  exact match {:.1f} %", *result.exact_match);
  return text;
}

}  // namespace heed

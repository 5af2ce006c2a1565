#include <fmt/format.h>

#include <heed/models/decoding/step_models.h>
#include <heed/models/decoding/translator.h>
#include <heed/models/text/utf8.h>
#include <heed/models/training/run_directory.h>

namespace heed {

namespace {

BeamSearch search_with(const ModelConfig& config, Variables& variables) {
  const auto make = [config, &variables](const DecodingShape& shape) {
    return make_step_model(config, shape, variables);
  };
  return {make, target_vocabulary(config)};
}

}  // namespace

Translator::Translator(const std::string& path, std::shared_ptr<Backend> backend)
    : Translator(read_checkpoint(find_checkpoint(path)), std::move(backend)) {}

Translator::Translator(Checkpoint checkpoint, std::shared_ptr<Backend> backend)
    : vocabularies_(std::move(checkpoint.vocabularies)),
      own_variables_(std::make_unique<Variables>(std::move(backend))),
      search_(search_with(checkpoint.info.config, *own_variables_)) {
  load_model(checkpoint.path, checkpoint.info, *own_variables_);
}

Translator::Translator(const ModelConfig& config, const Vocabularies& vocabularies, Variables& variables)
    : vocabularies_(vocabularies), search_(search_with(config, variables)) {}

std::vector<std::int32_t> Translator::encoded(const Vocabulary& vocabulary, const std::string& text,
                                              std::size_t line) const {
  if (const auto at = first_invalid_utf8(text)) {
    throw Error(fmt::format("line {} is not valid UTF-8 (byte {})", line + 1, *at + 1));
  }
  std::vector<std::int32_t> words = vocabulary.encode(text);
  if (words.size() > most_source_words) {
    throw Error(fmt::format("line {} has {} pieces; a sentence may have {}", line + 1, words.size(),
                            most_source_words));
  }
  return words;
}

std::vector<Translation> Translator::translate(std::span<const std::string> texts,
                                               const DecodingOptions& options) {
  std::vector<Translation> translations;
  for (std::vector<Translation>& best : translate_best(texts, options))
    translations.push_back(std::move(best.front()));
  return translations;
}

std::vector<std::vector<Translation>> Translator::translate_best(std::span<const std::string> texts,
                                                                 const DecodingOptions& options,
                                                                 std::span<const std::string> prefixes) {
  if (!prefixes.empty() && prefixes.size() != texts.size()) {
    throw Error(fmt::format("{} lines of text need as many prefixes, not {}", texts.size(), prefixes.size()));
  }
  std::vector<std::vector<std::int32_t>> sources, begun;
  std::vector<std::size_t> line_of;
  for (std::size_t line = 0; line < texts.size(); ++line) {
    std::vector<std::int32_t> words = encoded(vocabularies_.source, texts[line], line);
    if (words.empty()) continue;
    words.push_back(end_id);
    sources.push_back(std::move(words));
    line_of.push_back(line);
    if (!prefixes.empty()) begun.push_back(encoded(vocabularies_.target, prefixes[line], line));
  }
  const auto decoded = search_.decode(sources, options, begun);
  std::vector<std::vector<Translation>> translations(texts.size(), std::vector<Translation>(1));
  for (std::size_t i = 0; i < decoded.size(); ++i) {
    std::vector<Translation>& best = translations[line_of[i]];
    best.clear();
    for (const Hypothesis& hypothesis : decoded[i]) {
      Translation translation;
      translation.text = vocabularies_.target.decode(hypothesis.words);
      translation.score = hypothesis.score;
      translation.log_probability = hypothesis.log_probability;
      translation.ended = hypothesis.ended;
      translation.source_words = sources[i];
      translation.words = hypothesis.words;
      if (options.with_weights) {
        translation.source_pieces = vocabularies_.source.pieces(sources[i]);
        translation.target_pieces = vocabularies_.target.pieces(hypothesis.words);
        translation.weights = hypothesis.weights;
      }
      best.push_back(std::move(translation));
    }
  }
  return translations;
}

}  // namespace heed

#include <fmt/format.h>

#include <heed/models/decoding/translator.h>
#include <heed/models/text/utf8.h>
#include <heed/models/training/run_directory.h>

namespace heed {

Translator::Translator(const std::string& path, std::shared_ptr<Backend> backend)
    : Translator(read_checkpoint(find_checkpoint(path)), std::move(backend)) {}

Translator::Translator(Checkpoint checkpoint, std::shared_ptr<Backend> backend)
    : vocabularies_(std::move(checkpoint.vocabularies)),
      own_variables_(std::make_unique<Variables>(std::move(backend))),
      decoder_(checkpoint.info.config, *own_variables_) {
  load_model(checkpoint.path, checkpoint.info, *own_variables_);
}

Translator::Translator(const TransformerConfig& config, const Vocabularies& vocabularies,
                       Variables& variables)
    : vocabularies_(vocabularies), decoder_(config, variables) {}

std::vector<Translation> Translator::translate(std::span<const std::string> texts, bool with_weights) {
  std::vector<std::vector<std::int32_t>> sources;
  std::vector<std::size_t> line_of;
  for (std::size_t line = 0; line < texts.size(); ++line) {
    if (const auto at = first_invalid_utf8(texts[line])) {
      throw Error(fmt::format("line {} is not valid UTF-8 (byte {})", line + 1, *at + 1));
    }
    std::vector<std::int32_t> words = vocabularies_.source.encode(texts[line]);
    if (words.empty()) continue;
    if (words.size() > most_source_words) {
      throw Error(fmt::format("line {} has {} pieces; a sentence may have {}", line + 1, words.size(),
                              most_source_words));
    }
    words.push_back(end_id);
    sources.push_back(std::move(words));
    line_of.push_back(line);
  }
  const std::vector<DecodedSentence> decoded = decoder_.decode(sources, with_weights);
  std::vector<Translation> translations(texts.size());
  for (std::size_t i = 0; i < decoded.size(); ++i) {
    Translation& translation = translations[line_of[i]];
    translation.text = vocabularies_.target.decode(decoded[i].words);
    if (!with_weights) continue;
    translation.source_pieces = vocabularies_.source.pieces(sources[i]);
    translation.target_pieces = vocabularies_.target.pieces(decoded[i].words);
    translation.weights = decoded[i].weights;
  }
  return translations;
}

}  // namespace heed

#include <fmt/format.h>

#include <heed/models/training/translation_data.h>

namespace heed {

TranslationData number_data(std::uint64_t seed) {
  const NumberCorpus corpus = make_number_corpus(seed);
  TranslationData data;
  data.train = parallel_corpus(corpus.train);
  data.valid = parallel_corpus(corpus.valid);
  data.exact = true;
  return data;
}

std::vector<NumberSentence> number_test_set(std::uint64_t seed) {
  return make_number_corpus(seed).test;
}

TranslationData text_data(const std::string& train_prefix, const std::string& valid_prefix,
                          const std::string& source_language, const std::string& target_language) {
  TranslationData data;
  data.train = read_parallel_corpus(train_prefix, source_language, target_language);
  data.valid = read_parallel_corpus(valid_prefix, source_language, target_language);
  data.source_language = source_language;
  data.target_language = target_language;
  return data;
}

// FNV-1a, 64 bits.
std::string digest(const TranslationData& data) {
  std::uint64_t hash = 0xcbf29ce484222325;
  const auto add = [&](std::string_view text) {
    for (const char byte : text) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
    hash = (hash ^ '\n') * 0x100000001b3;
  };
  for (const SentencePair& pair : data.train.pairs) {
    add(pair.source);
    add(pair.target);
  }
  return fmt::format("{:016x}", hash);
}

}  // namespace heed

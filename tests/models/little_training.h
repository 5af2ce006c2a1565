// Training small enough for a test: a micro Transformer on a few hundred numbers.
#pragma once

#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>

#include <heed/models/training/trainer.h>

namespace heed::little {

inline TranslationData little_data() {
  const NumberCorpus corpus = make_number_corpus(1, {300, 40, 10}, 9999);
  TranslationData data;
  data.train = parallel_corpus(corpus.train);
  data.valid = parallel_corpus(corpus.valid);
  data.exact = true;
  return data;
}

inline Vocabularies words_of(const TranslationData& data) {
  return train_vocabularies(data.train, {.max_size = 1000});
}

inline TrainerOptions little_options(const Vocabularies& vocabularies, const std::string& directory) {
  TrainerOptions options = recommended_options("transformer", "micro", true);
  options.config = transformer_preset("micro", static_cast<std::int64_t>(vocabularies.target.size()));
  options.directory = directory;
  options.recipe.batch_tokens = 400;
  options.recipe.validate_every = 6;
  options.limits.max_steps = 12;
  return options;
}

struct QuietProgress {
  std::FILE* nowhere = std::fopen("/dev/null", "w");
  ProgressLine line{nowhere};
};

inline TrainingResult run_training(const TranslationData& data, const Vocabularies& vocabularies,
                                   const TrainerOptions& options, int threads = 2) {
  QuietProgress quiet;
  Trainer trainer(data, vocabularies, options, open_backend(backend_names().front(), {.threads = threads}),
                  quiet.line);
  const std::atomic<bool> stop{false};
  return trainer.train(stop);
}

inline std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace heed::little

// heed-bench decode: translating one batch of random sentences, again and again.
#include "commands.h"
#include "timing.h"
#include "work.h"
#include <fmt/format.h>

#include <heed/models/decoding/beam_search.h>
#include <heed/models/decoding/step_models.h>
#include <heed/models/text/draws.h>
#include <heed/models/text/vocabulary.h>

namespace heed::bench {

namespace {

std::vector<std::vector<std::int32_t>> random_sources(const DecodeFlags& flags) {
  Draws draws(1);
  std::vector<std::vector<std::int32_t>> sources(static_cast<std::size_t>(flags.sentences));
  for (auto& source : sources) {
    for (std::int64_t i = 1; i < flags.source_length; ++i)
      source.push_back(static_cast<std::int32_t>(draws.between(4, flags.vocabulary - 1)));
    source.push_back(end_id);
  }
  return sources;
}

}  // namespace

void decode(const DecodeFlags& flags) {
  const ModelConfig config = config_for(flags.model, flags.preset, flags.vocabulary);
  const auto backend = flags.open();
  Variables variables(backend, 1);
  BeamSearch search([&](const DecodingShape& shape) { return make_step_model(config, shape, variables); },
                    flags.vocabulary);
  // No translation may end early, so that every one does the same work.
  DecodingOptions options{.beam = flags.beam, .fewest_words = flags.target_length};
  options.words_beyond_source = std::max<std::int64_t>(0, flags.target_length - flags.source_length);
  const auto sources = random_sources(flags);
  std::size_t words = 0;
  const Timing timing = time_runs(flags.warmup, flags.repetitions, [&] {
    words = 0;
    for (const auto& best : search.decode(sources, options)) words += best.front().words.size();
  });
  const auto sentences = static_cast<double>(flags.sentences);
  const double flops =
      decoding_flops(config, flags.sentences, flags.beam, flags.source_length, flags.target_length);
  print_result({{"model", flags.model},
                {"preset", flags.preset},
                {"precision", flags.precision},
                {"backend", backend->name()},
                {"beam", flags.beam},
                {"words", words},
                {"sentences_per_s", sentences / timing.median},
                {"best_sentences_per_s", sentences / timing.best},
                {"median_ms", timing.median * 1e3},
                {"best_ms", timing.best * 1e3},
                {"gflops", flops / timing.median / 1e9},
                {"resident_peak_mib", resident_peak_mib()}},
               flags.json);
}

}  // namespace heed::bench

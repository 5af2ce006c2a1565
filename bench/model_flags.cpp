#include "model_flags.h"

namespace heed::bench {

std::shared_ptr<Backend> ModelFlags::open() const {
  return open_backend(backend.empty() ? backend_names().front() : backend, {.threads = threads});
}

void add_model_flags(CLI::App& command, ModelFlags& flags, const ModelLimits& limits) {
  command
      .add_option("--preset", flags.preset, "Of the Transformer tiny, small, base; of others small, medium")
      ->capture_default_str();
  command.add_option("--vocab", flags.vocabulary)
      ->check(CLI::Range(limits.fewest_words, std::int64_t{10000000}))
      ->capture_default_str();
  command.add_option("--precision", flags.precision)
      ->check(CLI::IsMember(limits.precisions))
      ->capture_default_str();
  command.add_option("--backend", flags.backend);
  command.add_option("--threads", flags.threads)->check(CLI::PositiveNumber);
  command.add_flag("--json", flags.json);
}

}  // namespace heed::bench

// Training steps of a translation model, beside the same steps on the reference backend.
#include <cmath>

#include "checks.h"
#include <fmt/format.h>

#include <heed/models/model_config.h>
#include <heed/models/text/batches.h>
#include <heed/models/training/training_graph.h>

namespace heed::test {

namespace {

constexpr std::int64_t vocabulary = 40;
constexpr double tolerance = 1e-3;

// Sentences to be said backwards.
Batch batch_to_reverse() {
  std::vector<EncodedPair> pairs;
  for (std::int32_t i = 0; i < 6; ++i) {
    EncodedPair pair;
    for (std::int32_t k = 0; k < 3 + i; ++k) pair.source.push_back(4 + (7 * i + 5 * k) % 36);
    pair.target.assign(pair.source.rbegin(), pair.source.rend());
    pairs.push_back(std::move(pair));
  }
  BatchLoader loader(std::move(pairs), {.batch_tokens = 160, .max_shapes = 1});
  return loader.batch(0, 0);
}

std::vector<double> losses_on(const std::shared_ptr<Backend>& backend, const ModelConfig& config,
                              const Batch& batch, int steps) {
  Variables variables(backend, 1);
  const BatchShape shape{batch.source.shape()[0], batch.source.shape()[1], batch.target_input.shape()[1]};
  TrainingStep step(config, shape, {}, variables);
  std::vector<double> losses;
  for (int i = 0; i < steps; ++i) losses.push_back(step.run(batch, {.learning_rate = 1e-3}).loss);
  return losses;
}

}  // namespace

std::string check_training(const std::shared_ptr<Backend>& backend, const std::string& model, int steps) {
  const ModelConfig config = model_preset(model, "micro", vocabulary);
  const Batch batch = batch_to_reverse();
  const std::vector<double> expected = losses_on(open_backend("reference"), config, batch, steps);
  const std::vector<double> got = losses_on(backend, config, batch, steps);
  for (std::size_t i = 0; i < got.size(); ++i) {
    if (std::abs(got[i] - expected[i]) < tolerance) continue;
    return fmt::format("the loss of step {} is {:.6f}, the reference's {:.6f}", i + 1, got[i], expected[i]);
  }
  return {};
}

}  // namespace heed::test

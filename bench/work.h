// The work that a model's step does, by the formulas of the peers' scripts: every parameter once for
// each position; attention's own products and look-ups of embeddings are left out.
#pragma once

#include <string>

#include <heed/models/model_config.h>
#include <heed/models/text/batches.h>

namespace heed::bench {

// A model of the sizes and rates of the peers' scripts.
ModelConfig config_for(const std::string& model, const std::string& preset, std::int64_t vocabulary);

// Of one training step.
double training_flops(const ModelConfig& config, const BatchShape& shape);

// Of translating `sentences` of `source_length` words into `target_length` words each with `beams`
// hypotheses.
double decoding_flops(const ModelConfig& config, std::int64_t sentences, std::int64_t beams,
                      std::int64_t source_length, std::int64_t target_length);

}  // namespace heed::bench

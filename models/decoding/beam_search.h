// Translates encoded sentences by greedy or beam search, in batches, with any model that can be stepped.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include <heed/models/decoding/hypotheses.h>
#include <heed/models/decoding/step_model.h>

namespace heed {

struct DecodingOptions {
  std::int64_t beam = 1;                  // hypotheses a sentence; 1 is greedy
  double length_penalty = 0.6;            // alpha of the GNMT penalty; 0: plain log probability
  std::int64_t best = 1;                  // hypotheses to return for each sentence, at most `beam`
  std::int64_t words_beyond_source = 50;  // a translation has at most so many words more than its source
  std::int64_t fewest_words = 0;          // and at least so many words
  bool with_weights = false;
};

// Throws Error for options that make no sense.
void check_options(const DecodingOptions& options);

class BeamSearch {
 public:
  // Makes the model for one shape.
  using MakeModel = std::function<std::unique_ptr<StepModel>(const DecodingShape&)>;
  BeamSearch(MakeModel make_model, std::int64_t vocabulary);

  // For each source (which ends with </s>) its best hypotheses. `prefixes` is empty, or holds for each source
  // what its translation must begin with.
  std::vector<std::vector<Hypothesis>> decode(std::span<const std::vector<std::int32_t>> sources,
                                              const DecodingOptions& options = {},
                                              std::span<const std::vector<std::int32_t>> prefixes = {});

 private:
  class Batch;
  StepModel& model_for(const DecodingShape& shape);
  std::int64_t candidates_for(const DecodingOptions& options) const;

  MakeModel make_model_;
  std::int64_t vocabulary_;
  std::map<DecodingShape, std::unique_ptr<StepModel>> models_;
};

}  // namespace heed

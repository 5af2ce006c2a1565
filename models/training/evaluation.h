// How well a saved model translates a test set.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <heed/models/decoding/beam_search.h>
#include <heed/models/text/bleu.h>

namespace heed {

class Backend;

struct EvaluationOptions {
  DecodingOptions decoding{.beam = 5};
  BleuOptions bleu;
};

struct Evaluation {
  std::vector<std::string> translations;  // one for each line of the test set
  BleuScore bleu;
  std::string signature;      // of the score
  double perplexity = 0;      // of the references' pieces, </s> counted, under teacher forcing
  std::int64_t pieces = 0;    // in how many pieces, lines with an empty side left out
  std::int64_t left_out = 0;  // lines too long to be read whole; they are translated all the same
};

// Reads PREFIX.SOURCE and PREFIX.TARGET in the languages of the checkpoint: a run's best one, or the one at
// `checkpoint` itself. Throws Error for files that are missing, differ in length or are not UTF-8.
Evaluation evaluate(const std::string& checkpoint, const std::string& prefix,
                    const EvaluationOptions& options, std::shared_ptr<Backend> backend);

}  // namespace heed

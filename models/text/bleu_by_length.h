// BLEU by the length of the source: what Bahdanau et al. 2014 showed of attention in their figure 2.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <heed/models/text/bleu.h>

namespace heed {

// The sentences whose source has so many words, as spaces part them.
struct LengthBin {
  std::size_t first = 0, last = 0;  // words, both counted
  std::size_t sentences = 0;
  double mean_length = 0;  // words of the source
  BleuScore score;
};

// Bins of `width` words, from 1 to `width` on, without those that no source falls into. Throws Error unless
// there is one source for each hypothesis, for a width of 0, and as corpus_bleu() does.
std::vector<LengthBin> bleu_by_length(std::span<const std::string> hypotheses,
                                      std::span<const std::vector<std::string>> references,
                                      std::span<const std::string> sources, std::size_t width,
                                      const BleuOptions& options = {});

}  // namespace heed

// How well attention finds the words that translate each other, where those are known.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <heed/models/text/alignment.h>
#include <heed/models/text/corpus.h>
#include <heed/models/visual/weight_matrix.h>

namespace heed {

// Alignment error rates (Och and Ney 2003) of one layer's cross attention, each produced word linked to the
// source word of its largest weight. A decoder reads a word before it writes the next: its weights may fit
// the one or the other better (Chen et al. 2020, arXiv 2004.14837), so both are told.
struct AlignmentErrors {
  std::string attention;  // "cross attention, layer 2, mean over 4 heads"
  double written = 0;     // rows are the words that steps write
  double read = 0;        // rows are the words that they read
};

// Of pairs, whose translations the model is given word by word, and their gold alignments: one entry for each
// layer's mean over heads and, where there are several, for each head. Throws Error for a model without
// attention, unless there is one alignment for each pair, and as AttentionReader::read_given() does.
std::vector<AlignmentErrors> alignment_errors(AttentionReader& reader, std::span<const SentencePair> pairs,
                                              std::span<const GoldAlignment> gold);

}  // namespace heed

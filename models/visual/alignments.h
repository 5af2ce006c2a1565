// Hard alignments: which source word each produced word belongs to, written as "0-0 1-2" (the format of
// Pharaoh and Moses), and how far they are from alignments by hand (Och and Ney 2003, "A systematic
// comparison of various statistical alignment models").
#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <heed/models/visual/weight_matrix.h>

namespace heed {

using Alignment = std::set<std::pair<std::size_t, std::size_t>>;  // source word, target word, from 0

// For each row its largest weight, the first of equals. <s> and </s> are no words: they have no row, and no
// column is theirs.
Alignment alignment_of(const WeightMatrix& matrix);

// "0-0 1-2", by target word.
std::string to_pharaoh(const Alignment& alignment);

struct GoldAlignment {
  Alignment sure, possible;  // what is sure is possible, too
};

// "0-0 1?2": sure links and possible ones. Throws Error, naming the link, for anything else.
GoldAlignment parse_alignment(std::string_view line);

// Alignment error rate over sentences: 1 - (|A in S| + |A in P|) / (|A| + |S|). 0 where there is no link at
// all. Throws Error unless there is one gold alignment for each sentence.
double alignment_error_rate(std::span<const Alignment> found, std::span<const GoldAlignment> gold);

}  // namespace heed

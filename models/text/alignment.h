// Word alignments between two languages, written as "0-0 1-2" (the format of Pharaoh and Moses), and how far
// found ones are from those by hand (Och and Ney 2003, "A systematic comparison of various statistical
// alignment models").
#pragma once

#include <cstddef>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace heed {

using Alignment = std::set<std::pair<std::size_t, std::size_t>>;  // source word, target word, from 0

// "0-0 1-2", by target word.
std::string to_pharaoh(const Alignment& alignment);

struct GoldAlignment {
  Alignment sure;      // S of Och and Ney: what translates what
  Alignment possible;  // P: words that help to say the same. What is sure is possible, too
};

// "0-0 1?2": sure links and possible ones. Throws Error, naming the link, for anything else.
GoldAlignment parse_alignment(std::string_view line);

// Alignment error rate over sentences: 1 - (|A in S| + |A in P|) / (|A| + |S|). 0 where there is no link at
// all. Throws Error unless there is one gold alignment for each sentence.
double alignment_error_rate(std::span<const Alignment> found, std::span<const GoldAlignment> gold);

}  // namespace heed

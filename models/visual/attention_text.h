// A matrix of attention for the terminal.
#pragma once

#include <span>
#include <string>

#include <heed/models/visual/head_summary.h>
#include <heed/models/visual/weight_matrix.h>

namespace heed {

struct AttentionTextOptions {
  bool numbers = false;  // two decimals instead of shades
  bool marks = true;     // a row's largest weight stands in brackets
};

// Produced words down the side, source words numbered across the top and listed below; a cell's shade is its
// weight, from " " (0) by ░ ▒ ▓ to █ (1).
std::string to_text(const WeightMatrix& matrix, const AttentionTextOptions& options = {});

// A table with a line for each head.
std::string to_text(std::span<const HeadSummary> summaries);

}  // namespace heed

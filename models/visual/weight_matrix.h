// WeightMatrix: one picture's worth of attention, with its labels. Weights of subwords are summed over the
// source pieces of a word and averaged over the target pieces; in general: over columns and rows.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <heed/models/visual/attention_data.h>

namespace heed {

struct WeightMatrix {
  std::vector<std::string> rows, columns;
  std::vector<bool> special_rows, special_columns;  // <s> and </s>
  std::vector<float> weights;                       // row by row
  std::string title;                                // "cross attention, layer 2, mean over 4 heads"

  float at(std::size_t row, std::size_t column) const { return weights[row * columns.size() + column]; }
};

// Which one to show. Attention to what is read precedes what is written: a step's row is the word that it
// writes, or by_input the word that it reads, which shifts rows by one.
struct MatrixView {
  AttentionKind kind = AttentionKind::cross;
  std::optional<std::int64_t> layer{};  // none: the last
  std::optional<std::int64_t> head{};   // none: the mean over heads
  bool pieces = false;                  // not joined into words
  bool by_input = false;
};

// Throws Error, naming what there is, for a kind, layer or head that the sentence does not hold.
WeightMatrix matrix_of(const SentenceAttention& sentence, const MatrixView& view = {});

}  // namespace heed

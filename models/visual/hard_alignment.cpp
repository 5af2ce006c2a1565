#include <vector>

#include <heed/models/visual/hard_alignment.h>

namespace heed {

namespace {

// Places of those that are words, numbered as words.
std::vector<std::size_t> words_among(const std::vector<bool>& special) {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < special.size(); ++i) {
    if (!special[i]) places.push_back(i);
  }
  return places;
}

}  // namespace

Alignment alignment_of(const WeightMatrix& matrix) {
  const std::vector<std::size_t> rows = words_among(matrix.special_rows);
  const std::vector<std::size_t> columns = words_among(matrix.special_columns);
  Alignment alignment;
  if (columns.empty()) return alignment;
  for (std::size_t t = 0; t < rows.size(); ++t) {
    std::size_t best = 0;
    for (std::size_t s = 1; s < columns.size(); ++s) {
      if (matrix.at(rows[t], columns[s]) > matrix.at(rows[t], columns[best])) best = s;
    }
    alignment.emplace(best, t);
  }
  return alignment;
}

}  // namespace heed

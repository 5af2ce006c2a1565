#include <algorithm>
#include <cmath>
#include <span>

#include <heed/models/visual/head_summary.h>

namespace heed {

namespace {

double entropy_of(std::span<const float> row) {
  double total = 0, sum = 0;
  for (const float weight : row) total += static_cast<double>(weight);
  if (total <= 0) return 0;
  for (const float weight : row) {
    const double share = static_cast<double>(weight) / total;
    if (share > 0) sum -= share * std::log2(share);
  }
  return sum;
}

// Adds a row's measures; the means are taken at the end.
void add_row(HeadSummary& sums, std::span<const float> row, std::size_t place) {
  const auto weight = [&](std::size_t column) { return static_cast<double>(row[column]); };
  ++sums.rows;
  sums.entropy += entropy_of(row);
  sums.peak += static_cast<double>(*std::ranges::max_element(row));
  if (place < row.size()) sums.same += weight(place);
  if (place >= 1 && place - 1 < row.size()) sums.previous += weight(place - 1);
  sums.first += weight(0);
}

HeadSummary& summary_for(std::vector<HeadSummary>& all, const AttentionLayer& layer, std::int64_t head) {
  const auto found = std::ranges::find_if(all, [&](const HeadSummary& summary) {
    return summary.kind == layer.kind && summary.layer == layer.layer && summary.head == head;
  });
  if (found != all.end()) return *found;
  return all.emplace_back(HeadSummary{layer.kind, layer.layer, head});
}

void add_head(HeadSummary& sums, const AttentionLayer& layer) {
  const auto rows = static_cast<std::size_t>(layer.weights.shape()[1]);
  const auto columns = static_cast<std::size_t>(layer.weights.shape()[2]);
  const std::span<const float> all = layer.weights.values<float>();
  for (std::size_t r = 0; r < rows; ++r) {
    const std::size_t start = (static_cast<std::size_t>(sums.head) * rows + r) * columns;
    const std::span<const float> row = all.subspan(start, columns);
    add_row(sums, row, r);
    // A word that is produced sees those before it: the last of them is its own input.
    const std::size_t last = layer.kind == AttentionKind::decoder_self ? r : columns - 1;
    sums.last += static_cast<double>(row[last]);
  }
}

}  // namespace

void HeadStatistics::add(const SentenceAttention& sentence) {
  ++sentences_;
  for (const AttentionLayer& layer : sentence.layers) {
    for (std::int64_t head = 0; head < layer.weights.shape()[0]; ++head)
      add_head(summary_for(sums_, layer, head), layer);
  }
}

std::vector<HeadSummary> HeadStatistics::means() const {
  std::vector<HeadSummary> means = sums_;
  for (HeadSummary& summary : means) {
    for (double HeadSummary::*mean : {&HeadSummary::entropy, &HeadSummary::peak, &HeadSummary::same,
                                      &HeadSummary::previous, &HeadSummary::first, &HeadSummary::last})
      summary.*mean /= static_cast<double>(summary.rows);
  }
  return means;
}

}  // namespace heed

// What each attention head does on average, over all positions of all sentences that are given.
#pragma once

#include <cstdint>
#include <vector>

#include <heed/models/visual/attention_data.h>

namespace heed {

// Means over rows, of pieces rather than words. Attention of local-p sums to less than 1: its entropy is that
// of the shares.
struct HeadSummary {
  AttentionKind kind = AttentionKind::cross;
  std::int64_t layer = 0, head = 0;
  std::int64_t rows = 0;  // that the means are taken over
  double entropy = 0;     // in bits: 0 looks at one position, log2(n) at n evenly
  double peak = 0;        // the largest weight
  double same = 0;        // the weight of the column with the row's own number
  double previous = 0;    // of the one before it
  double first = 0;       // of the first column: the first word, or <s>
  double last = 0;        // of the last one: </s>, or the word just read
};

// Takes sentences one after the other, and keeps none.
class HeadStatistics {
 public:
  void add(const SentenceAttention& sentence);

  std::int64_t sentences() const { return sentences_; }
  // One for each kind, layer and head, in the order of the sentences' layers.
  std::vector<HeadSummary> means() const;

 private:
  std::vector<HeadSummary> sums_;
  std::int64_t sentences_ = 0;
};

}  // namespace heed

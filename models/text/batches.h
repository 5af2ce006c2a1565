// Batches: encoded pairs of like length, padded to a few fixed shapes. Knows nothing of text or models.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <heed/graph/array.h>
#include <heed/models/text/batch_shapes.h>
#include <heed/models/text/encoded.h>

namespace heed {

struct BatchOptions {
  std::int64_t batch_tokens = 4096;  // rows * (source_length + target_length), padding included
  std::int64_t max_length = 256;     // pairs with more tokens on a side, </s> counted, are dropped
  std::int64_t max_shapes = 20;
  std::uint64_t seed = 1;
  bool shuffle = true;  // false: the same order in every epoch, as validation wants it
};

// B rows, S and T tokens. Rows that the last batch of a shape leaves over hold padding only, have weight 0,
// and a source length of 1, so that attention always has a key to look at.
struct Batch {
  std::size_t shape_index = 0;
  Array source;          // i32 [B, S]: x </s>
  Array source_lengths;  // i32 [B]
  Array target_input;    // i32 [B, T]: <s> y
  Array target_output;   // i32 [B, T]: y </s>
  Array weights;         // f32 [B, T]: 1 for the tokens of target_output, 0 for padding
  std::int64_t source_tokens = 0, target_tokens = 0;  // without padding, </s> counted
  std::vector<std::int64_t> pairs;                    // for each row in use, the index of its pair
};

// Hands out the batches of any epoch in any order, so that a run can resume where it stopped. The order of
// an epoch follows from the seed and the epoch alone. Not for use from two threads at once.
class BatchLoader {
 public:
  // Throws Error when no pair is left, or when the budget cannot hold one row of the longest.
  explicit BatchLoader(std::vector<EncodedPair> pairs, const BatchOptions& options = {});

  const std::vector<BatchShape>& shapes() const { return shapes_; }  // known before the first batch
  std::int64_t batches_per_epoch() const { return static_cast<std::int64_t>(batches_.size()); }

  // Throws Error unless 0 <= index < batches_per_epoch() and epoch >= 0.
  Batch batch(std::int64_t epoch, std::int64_t index);

  std::int64_t kept() const;                         // pairs in each epoch
  std::int64_t dropped() const { return dropped_; }  // pairs longer than max_length
  std::int64_t tokens() const { return tokens_; }    // of an epoch, both sides, without padding
  double padding_waste() const;                      // the share of padding in all batches

 private:
  struct Place {
    std::size_t shape = 0, first = 0;  // rows of the batch: members_[shape][first...]
  };

  PairLengths lengths_of(const EncodedPair& pair) const;
  void arrange(std::int64_t epoch);
  void fill_row(Batch& batch, std::int64_t row, std::int64_t pair) const;

  BatchOptions options_;
  std::vector<EncodedPair> pairs_;
  std::vector<BatchShape> shapes_;
  std::vector<std::vector<std::int64_t>> members_;  // by shape: the pairs, in the order of the epoch
  std::vector<Place> batches_;                      // in the order of the epoch
  std::int64_t arranged_epoch_ = -1;
  std::int64_t dropped_ = 0;
  std::int64_t tokens_ = 0;
};

}  // namespace heed

// Batch shapes: the few sizes that all batches of a run have. Knows lengths only, nothing of tokens.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace heed {

// The lengths of a pair as a batch holds it: </s> is counted.
struct PairLengths {
  std::int64_t source = 1, target = 1;
  std::int64_t total() const { return source + target; }
};

struct BatchShape {
  std::int64_t rows = 0, source_length = 0, target_length = 0;

  std::int64_t tokens() const { return rows * (source_length + target_length); }
  bool holds(const PairLengths& pair) const {
    return pair.source <= source_length && pair.target <= target_length;
  }
  friend bool operator==(const BatchShape& a, const BatchShape& b) = default;
};

struct BatchShapeOptions {
  std::int64_t batch_tokens = 4096;  // rows * (source_length + target_length) is at most this
  std::int64_t max_length = 256;     // no shape is longer on either side; no pair may be
  std::int64_t max_shapes = 20;      // each shape is planned and compiled once
};

// Shapes that hold every pair with little padding, shortest first. Lengths are multiples of 2, above 32 of
// 8, above 128 of 16 and so on; rows are a multiple of 4 where four fit. Starts with a shape for each
// rounded pair of lengths that occurs and joins the two shapes that cost the least padding, until at
// most max_shapes are left and no more joining pays. Throws Error when the budget cannot hold one row.
std::vector<BatchShape> choose_batch_shapes(std::span<const PairLengths> pairs,
                                            const BatchShapeOptions& options);

// The index of the shape that wastes least on the pair; some shape must hold it.
std::size_t closest_shape(std::span<const BatchShape> shapes, const PairLengths& pair);

}  // namespace heed

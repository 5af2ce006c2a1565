// How a reduction is cut and run, whatever its elements come from.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include <heed/backends/onednn/axes.h>
#include <heed/backends/onednn/reduce_rows.h>

namespace heed::onednn {

// Elements, numbered in row-major order, are kept places, each with a walk over reduced places, each a
// contiguous row: of elements that all go into one number (`folds_rows`) or each into its own. Cut, for
// balance, as follows: the kept places and the parts of a wide row, and the reduced places in `splits_` runs
// whose partial results are folded in order. All of it depends on the shape alone.
class Reduction {
 public:
  static constexpr std::int64_t element = 4;      // bytes; both types that are taken
  static constexpr std::int64_t most_row = 8192;  // elements that are asked for at once

  Reduction(const Reduce& op, const TensorType& x);

  std::int64_t scratch_bytes() const { return splits_ > 1 ? splits_ * results_ * element : 0; }
  std::int64_t row() const { return empty_ ? 0 : part_; }  // elements that are asked for at once, mostly

  // `rows(first, count, worker)` gives the memory of elements [first, first + count), until it is called
  // again by the same worker. `scratch` holds partial results.
  template <typename Rows>
  void run(ThreadPool& pool, std::byte* to, std::byte* scratch, const Rows& rows) const {
    if (empty_) return loops_.fill(to, results_);
    std::byte* totals = splits_ > 1 ? scratch : to;
    const std::int64_t pieces = places_ * columns_ * splits_;
    for_ranges(pool, pieces, group_, [&](std::int64_t begin, std::int64_t end, int worker) {
      for (std::int64_t piece = begin; piece < end; ++piece) run_piece(rows, totals, piece, worker);
    });
    if (splits_ > 1) combine(pool, scratch, to);
  }

 private:
  void cut();
  void combine(ThreadPool& pool, const std::byte* parts, std::byte* to) const;

  template <typename Rows>
  void run_piece(const Rows& rows, std::byte* totals, std::int64_t piece, int worker) const {
    const std::int64_t split = piece % splits_;
    const std::int64_t column = piece / splits_ % columns_ * part_;
    const std::int64_t place = piece / splits_ / columns_;
    const std::int64_t first = split * runs_per_split_;
    const std::int64_t last = std::min(runs_, first + runs_per_split_);
    if (folds_rows_) {
      std::byte* to = totals + (split * results_ + place) * element;
      loops_.fill(to, 1);
      const std::int64_t base = offset(kept_, place, kept_.rank());
      for (std::int64_t run = first; run < last; ++run) {
        const std::int64_t begin = run % parts_ * part_;
        const std::int64_t at = base + reduced_.row_offset(run / parts_, 0) + begin;
        const std::int64_t count = std::min(part_, row_ - begin);
        loops_.fold_row(rows(at, count, worker), count, to);
      }
      return;
    }
    const std::int64_t width = std::min(part_, row_ - column);
    std::byte* to = totals + (split * results_ + place * row_ + column) * element;
    loops_.fill(to, width);
    const std::int64_t base = offset(kept_, place * row_, kept_.rank()) + column;
    for (std::int64_t run = first; run < last; ++run) {
      const std::int64_t at = base + offset(reduced_, run, reduced_.rank());
      loops_.fold_elements(rows(at, width, worker), width, to);
    }
  }

  // Where the element at a row-major index over the walk's axes lies.
  static std::int64_t offset(const Walk& walk, std::int64_t index, int rank) {
    std::int64_t place = 0;
    for (int axis = rank; axis-- > 0;) {
      place += index % walk.sizes[as_size(axis)] * walk.strides[0][as_size(axis)];
      index /= walk.sizes[as_size(axis)];
    }
    return place;
  }

  ReduceLoops loops_;
  Walk kept_, reduced_;
  bool empty_ = false;
  bool folds_rows_ = false;
  std::int64_t results_ = 0;  // all kept elements
  std::int64_t places_ = 0;   // kept places, rows of which fold_elements takes as one
  std::int64_t row_ = 1, part_ = 1, parts_ = 1, columns_ = 1;
  std::int64_t runs_ = 0;  // calls of a loop for one place
  std::int64_t splits_ = 1, runs_per_split_ = 1;
  std::int64_t group_ = 1;
};

}  // namespace heed::onednn

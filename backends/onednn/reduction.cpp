#include <heed/backends/onednn/reduction.h>

namespace heed::onednn {

namespace {

constexpr std::int64_t wide_row = 1024;      // totals that stay in the nearest cache
constexpr std::int64_t split_above = 32768;  // elements of one result that make several pieces worth it
constexpr std::int64_t most_splits = 32;

}  // namespace

Reduction::Reduction(const Reduce& op, const TensorType& x) : loops_(find_reduce_loops(op.kind, x.dtype)) {
  const Strides strides = dense_strides(x.shape);
  std::vector<std::int64_t> kept_sizes, reduced_sizes;
  Strides kept_strides, reduced_strides;
  for (int axis = 0; axis < x.shape.rank(); ++axis) {
    const bool reduced = std::find(op.axes.begin(), op.axes.end(), axis) != op.axes.end();
    (reduced ? reduced_sizes : kept_sizes).push_back(x.shape[axis]);
    (reduced ? reduced_strides : kept_strides).push_back(strides[as_size(axis)]);
  }
  kept_ = collapse(Shape(kept_sizes), {kept_strides});
  reduced_ = collapse(Shape(reduced_sizes), {reduced_strides});
  empty_ = x.shape.elements() == 0;
  results_ = kept_.elements();
  if (!empty_) cut();
}

void Reduction::cut() {
  folds_rows_ = reduced_.inner_stride(0) == 1 && reduced_.inner() > 1;
  Walk& owner = folds_rows_ ? reduced_ : kept_;
  row_ = owner.inner();
  if (!folds_rows_ && owner.rank() > 0 && owner.inner_stride(0) != 1) row_ = 1;
  places_ = folds_rows_ ? results_ : results_ / row_;
  runs_ = results_ == 0 ? 0 : reduced_.elements() / (folds_rows_ ? row_ : 1);
  part_ = std::min(row_, folds_rows_ ? most_row : wide_row);
  if (folds_rows_) {
    parts_ = ceil_div(row_, part_);
    runs_ *= parts_;
  } else {
    columns_ = ceil_div(row_, part_);
  }
  const std::int64_t work = runs_ * part_;
  if (work >= split_above && places_ * columns_ < most_splits) {
    splits_ = std::clamp<std::int64_t>(work / (split_above / 4), 1, std::min(most_splits, runs_));
    runs_per_split_ = ceil_div(runs_, splits_);
    splits_ = ceil_div(runs_, runs_per_split_);
  } else {
    runs_per_split_ = runs_;
  }
  group_ = rows_per_piece(runs_per_split_ * part_);
}

void Reduction::combine(ThreadPool& pool, const std::byte* parts, std::byte* to) const {
  for_ranges(pool, results_, wide_row, [&](std::int64_t begin, std::int64_t end, int) {
    std::byte* total = to + begin * element;
    loops_.fill(total, end - begin);
    for (std::int64_t split = 0; split < splits_; ++split) {
      loops_.fold_elements(parts + (split * results_ + begin) * element, end - begin, total);
    }
  });
}

}  // namespace heed::onednn

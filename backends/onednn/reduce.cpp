#include <memory>

#include <heed/backends/onednn/axes.h>
#include <heed/backends/onednn/reduce.h>
#include <heed/backends/onednn/reduce_rows.h>

namespace heed::onednn {

namespace {

constexpr std::int64_t element = 4;          // bytes; both types that are taken
constexpr std::int64_t long_row = 8192;      // longer rows are folded part by part
constexpr std::int64_t wide_row = 1024;      // totals that stay in the nearest cache
constexpr std::int64_t split_above = 32768;  // elements of one result that make several pieces worth it
constexpr std::int64_t most_splits = 32;

// Dense x as kept places, each with a walk over reduced places, each a contiguous row: of elements that all
// go into one number (`folds_rows`) or each into its own. Cut, for balance, as follows: the kept places and
// the parts of a wide row, and the reduced places in `splits_` runs whose partial results are folded in
// order. All of it depends on the shape alone.
class Reduction {
 public:
  Reduction(const Reduce& op, const host::KernelRequest& request)
      : loops_(find_reduce_loops(op.kind, request.inputs[0].type.dtype)) {
    const Shape& shape = request.inputs[0].type.shape;
    const Strides strides = dense_strides(shape);
    std::vector<std::int64_t> kept_sizes, reduced_sizes;
    Strides kept_strides, reduced_strides;
    for (int axis = 0; axis < shape.rank(); ++axis) {
      const bool reduced = std::find(op.axes.begin(), op.axes.end(), axis) != op.axes.end();
      (reduced ? reduced_sizes : kept_sizes).push_back(shape[axis]);
      (reduced ? reduced_strides : kept_strides).push_back(strides[as_size(axis)]);
    }
    kept_ = collapse(Shape(kept_sizes), {kept_strides});
    reduced_ = collapse(Shape(reduced_sizes), {reduced_strides});
    empty_ = shape.elements() == 0;
    results_ = kept_.elements();
    if (!empty_) cut();
  }

  std::int64_t scratch_bytes() const { return splits_ > 1 ? splits_ * results_ * element : 0; }

  void run(const host::KernelCall& call) const {
    if (empty_) return loops_.fill(call.outputs[0], results_);
    const std::byte* x = call.inputs[0];
    std::byte* totals = splits_ > 1 ? call.scratch : call.outputs[0];
    const std::int64_t pieces = places_ * columns_ * splits_;
    for_ranges(call.pool, pieces, group_, [&](std::int64_t begin, std::int64_t end, int) {
      for (std::int64_t piece = begin; piece < end; ++piece) run_piece(x, totals, piece);
    });
    if (splits_ > 1) combine(call);
  }

 private:
  void cut() {
    folds_rows_ = reduced_.inner_stride(0) == 1 && reduced_.inner() > 1;
    Walk& owner = folds_rows_ ? reduced_ : kept_;
    row_ = owner.inner();
    if (!folds_rows_ && owner.rank() > 0 && owner.inner_stride(0) != 1) row_ = 1;
    places_ = folds_rows_ ? results_ : results_ / row_;
    runs_ = results_ == 0 ? 0 : reduced_.elements() / (folds_rows_ ? row_ : 1);
    part_ = std::min(row_, folds_rows_ ? long_row : wide_row);
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

  void run_piece(const std::byte* x, std::byte* totals, std::int64_t piece) const {
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
        loops_.fold_row(x + at * element, std::min(part_, row_ - begin), to);
      }
      return;
    }
    const std::int64_t width = std::min(part_, row_ - column);
    std::byte* to = totals + (split * results_ + place * row_ + column) * element;
    loops_.fill(to, width);
    const std::int64_t base = offset(kept_, place * row_, kept_.rank()) + column;
    for (std::int64_t run = first; run < last; ++run) {
      loops_.fold_elements(x + (base + offset(reduced_, run, reduced_.rank())) * element, width, to);
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

  void combine(const host::KernelCall& call) const {
    for_ranges(call.pool, results_, wide_row, [&](std::int64_t begin, std::int64_t end, int) {
      std::byte* to = call.outputs[0] + begin * element;
      loops_.fill(to, end - begin);
      for (std::int64_t split = 0; split < splits_; ++split) {
        loops_.fold_elements(call.scratch + (split * results_ + begin) * element, end - begin, to);
      }
    });
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

}  // namespace

bool accepts_reduce(const Op&, Types inputs, Types) {
  return inputs[0].dtype == DType::f32 || inputs[0].dtype == DType::i32;
}

host::Kernel make_reduce(const Reduce& op, const host::KernelRequest& request) {
  const auto reduction = std::make_shared<const Reduction>(op, request);
  return {[reduction](const host::KernelCall& call) { reduction->run(call); }, reduction->scratch_bytes()};
}

}  // namespace heed::onednn

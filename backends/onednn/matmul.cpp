#include <cstring>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include <heed/backends/onednn/gemv.h>
#include <heed/backends/onednn/large_product.h>
#include <heed/backends/onednn/matmul.h>
#include <heed/backends/onednn/sgemm.h>
#include <heed/backends/onednn/strided_copy.h>
#include <heed/backends/onednn/thin_product.h>

namespace heed::onednn {

namespace {

// One operand: a matrix [rows, columns] for each place of the batch.
struct Operand {
  std::int64_t rows, columns;
  std::int64_t row_stride, column_stride;
  Strides batch_strides;                    // along the result's batch axes
  std::optional<StridedCopy> densify = {};  // into scratch first, where sgemm cannot read the layout
  std::int64_t scratch_offset = 0;          // in floats

  // sgemm wants one of the two strides to be 1, and the other to lead from row to row without overlap.
  bool is_plain() const {
    return (column_stride == 1 || columns == 1) && (row_stride >= columns || rows == 1);
  }
  bool is_transposed() const {
    return (row_stride == 1 || rows == 1) && (column_stride >= rows || columns == 1);
  }

  MatrixView at(const float* base, std::int64_t row, std::int64_t column) const {
    const float* first = base + row * row_stride + column * column_stride;
    if (is_plain()) return {first, std::max({row_stride, columns, std::int64_t{1}}), false};
    return {first, std::max({column_stride, rows, std::int64_t{1}}), true};
  }
};

Operand read_operand(const TensorLayout& layout, bool transpose, const Shape& batch) {
  const int rank = layout.type.shape.rank();
  const auto axis = [&](int i) { return as_size(rank + i); };
  Operand operand{
      layout.type.shape[-2], layout.type.shape[-1], layout.strides[axis(-2)], layout.strides[axis(-1)], {}};
  const Shape full = batch.appended(operand.rows).appended(operand.columns);
  operand.batch_strides = broadcast_strides(layout.type.shape, layout.strides, full);
  operand.batch_strides.resize(as_size(batch.rank()));
  if (!operand.is_plain() && !operand.is_transposed()) {
    const Strides dense = dense_strides(layout.type.shape);
    operand.densify.emplace(layout.type.dtype, layout.type.shape, layout.strides, dense);
    operand.row_stride = operand.columns;
    operand.column_stride = 1;
    operand.batch_strides = broadcast_strides(layout.type.shape, dense, full);
    operand.batch_strides.resize(as_size(batch.rank()));
  }
  if (transpose) {
    std::swap(operand.rows, operand.columns);
    std::swap(operand.row_stride, operand.column_stride);
  }
  return operand;
}

class Product {
 public:
  Product(const Matmul& op, const host::KernelRequest& request) {
    const Shape& shape = request.outputs[0].type.shape;
    Shape batch = shape.leading(shape.rank() - 2);
    a_ = read_operand(request.inputs[0], op.transpose_a, batch);
    b_ = read_operand(request.inputs[1], op.transpose_b, batch);
    accumulates_ = request.inputs.size() > 2;
    size_ = {a_.rows, b_.columns, a_.columns};
    batch = merge_into_rows(batch);
    batch_ = collapse(batch, {a_.batch_strides, b_.batch_strides});
    batches_ = batch.elements();
    place_scratch(request);
    const bool a_transposed = a_.at(nullptr, 0, 0).transposed;
    const bool b_lasts = request.lasting.size() > 1 && request.lasting[1] && !b_.densify;
    if (batches_ == 1 && b_lasts && ThinProduct::suits(size_, a_transposed)) {
      thin_.emplace(size_);
    } else if (batches_ == 1 && LargeProduct::suits(size_)) {
      large_.emplace(size_, a_transposed, request.threads);
      large_scratch_ = scratch_;
      scratch_ += large_->scratch_floats();
    }
    cut();
  }

  std::int64_t scratch_bytes() const { return scratch_ * 4; }

  // b, packed, where it is a variable that stays as it is.
  std::optional<host::Preparation> preparation() const {
    if (!thin_) return {};
    const MatrixView b = b_.at(nullptr, 0, 0);
    return host::Preparation{
        1,
        fmt::format("columns of {}x{}{}, {} apart", size_.inner, size_.columns, b.transposed ? "t" : "",
                    b.leading),
        thin_->packed_floats() * 4,
        [thin = *thin_, b](const std::byte* input, std::byte* prepared, ThreadPool& pool) {
          const MatrixView from{reinterpret_cast<const float*>(input), b.leading, b.transposed};
          thin.pack(pool, from, reinterpret_cast<float*>(prepared));
        }};
  }

  void run(const host::KernelCall& call) const {
    const float* a = make_readable(call, a_, 0);
    const float* b = make_readable(call, b_, 1);
    const float* c = accumulates_ ? call.input<float>(2) : nullptr;
    float* out = call.output<float>(0);
    if (thin_)
      return thin_->run(call.pool, a_.at(a, 0, 0), reinterpret_cast<const float*>(call.prepared), c, out);
    if (large_) {
      float* const scratch = reinterpret_cast<float*>(call.scratch) + large_scratch_;
      return large_->run(call.pool, a_.at(a, 0, 0), b_.at(b, 0, 0), c, out, scratch);
    }
    const std::int64_t per_matrix = row_pieces_ * column_pieces_;
    for_ranges(call.pool, batches_ * per_matrix, group_, [&](std::int64_t begin, std::int64_t end, int) {
      for (std::int64_t piece = begin; piece < end; ++piece) {
        const std::int64_t matrix = piece / per_matrix;
        const std::int64_t result = matrix * size_.rows * size_.columns;
        run_piece(a + batch_offset(matrix, 0), b + batch_offset(matrix, 1), c ? c + result : nullptr,
                  out + result, piece % per_matrix);
      }
    });
  }

 private:
  // Leading axes along which b repeats and a goes on row by row make one tall product.
  Shape merge_into_rows(Shape batch) {
    while (batch.rank() > 0) {
      const std::size_t last = as_size(batch.rank() - 1);
      const bool follows = a_.batch_strides[last] == a_.rows * a_.row_stride && a_.is_plain();
      if (batch[-1] != 1 && (b_.batch_strides[last] != 0 || !follows)) break;
      a_.rows *= batch[-1];
      size_.rows = a_.rows;
      a_.batch_strides.pop_back();
      b_.batch_strides.pop_back();
      batch = batch.without(-1);
    }
    return batch;
  }

  void place_scratch(const host::KernelRequest& request) {
    if (a_.densify) scratch_ += (request.inputs[0].type.shape.elements() + 15) / 16 * 16;
    b_.scratch_offset = scratch_;
    if (b_.densify) scratch_ += (request.inputs[1].type.shape.elements() + 15) / 16 * 16;
  }

  // Pieces of a few million multiplications: large enough for sgemm to run at its peak (it packs its operands
  // anew for each piece), small enough for the pool to balance.
  void cut() {
    constexpr std::int64_t wanted_work = std::int64_t{1} << 23;
    constexpr std::int64_t row_unit = 48;  // sgemm's own blocks
    constexpr std::int64_t column_unit = 64;
    // A thin product is bound by memory and costs more than its multiplications.
    const double work = static_cast<double>(std::max<std::int64_t>(size_.rows, 8)) *
                        static_cast<double>(std::max<std::int64_t>(size_.columns, 8)) *
                        static_cast<double>(std::max<std::int64_t>(1, size_.inner));
    const double pieces = work / wanted_work;
    row_block_ = std::max<std::int64_t>(1, size_.rows);
    column_block_ = std::max<std::int64_t>(1, size_.columns);
    for (const std::int64_t units : {4, 2}) {  // smaller blocks only where large ones are too few
      if (pieces < 1.5 || ceil_div(size_.rows, row_block_) * ceil_div(size_.columns, column_block_) >= 8)
        break;
      const auto wanted = static_cast<std::int64_t>(std::min(pieces + 0.5, units == 4 ? 64.0 : 8.0));
      const std::int64_t by_rows = std::clamp<std::int64_t>(size_.rows / (units * row_unit), 1, wanted);
      const std::int64_t left = ceil_div(wanted, by_rows);
      const std::int64_t by_columns =
          std::clamp<std::int64_t>(size_.columns / (units * column_unit), 1, left);
      row_block_ = ceil_div(ceil_div(size_.rows, by_rows), row_unit) * row_unit;
      column_block_ = ceil_div(ceil_div(size_.columns, by_columns), column_unit) * column_unit;
    }
    row_pieces_ = ceil_div(size_.rows, row_block_);
    column_pieces_ = ceil_div(size_.columns, column_block_);
    group_ = std::max<std::int64_t>(1, static_cast<std::int64_t>(wanted_work / 8 / std::max(1.0, work)));
  }

  const float* make_readable(const host::KernelCall& call, const Operand& operand, std::size_t index) const {
    if (!operand.densify) return call.input<float>(index);
    float* dense = reinterpret_cast<float*>(call.scratch) + operand.scratch_offset;
    operand.densify->run(call.pool, call.inputs[index], reinterpret_cast<std::byte*>(dense));
    return dense;
  }

  std::int64_t batch_offset(std::int64_t matrix, std::size_t operand) const {
    std::int64_t offset = 0;
    for (std::size_t i = batch_.sizes.size(); i-- > 0;) {
      offset += matrix % batch_.sizes[i] * batch_.strides[operand][i];
      matrix /= batch_.sizes[i];
    }
    return offset;
  }

  void run_piece(const float* a, const float* b, const float* c, float* out, std::int64_t piece) const {
    const std::int64_t row = piece / column_pieces_ * row_block_;
    const std::int64_t column = piece % column_pieces_ * column_block_;
    const std::int64_t rows = std::min(row_block_, size_.rows - row);
    const std::int64_t columns = std::min(column_block_, size_.columns - column);
    float* target = out + row * size_.columns + column;
    if (c && c != out) {
      const float* from = c + row * size_.columns + column;
      for (std::int64_t r = 0; r < rows; ++r) {
        std::memcpy(target + r * size_.columns, from + r * size_.columns, as_size(columns) * sizeof(float));
      }
    }
    const MatrixView left = a_.at(a, row, 0);
    const MatrixView right = b_.at(b, 0, column);
    if (size_.rows == 1 && right.transposed && !left.transposed) {
      multiply_rows({right.data, right.leading, columns, size_.inner, 1, c != nullptr}, left.data, target);
      return;
    }
    sgemm({rows, columns, size_.inner}, 1, left, right, c ? 1.0f : 0.0f, target, size_.columns);
  }

  Operand a_, b_;
  bool accumulates_ = false;
  ProductSize size_{};
  Walk batch_;
  std::int64_t batches_ = 1;
  std::int64_t row_block_ = 1, column_block_ = 1, row_pieces_ = 1, column_pieces_ = 1;
  std::int64_t group_ = 1;    // small products taken together
  std::int64_t scratch_ = 0;  // floats
  std::optional<ThinProduct> thin_;
  std::optional<LargeProduct> large_;
  std::int64_t large_scratch_ = 0;
};

}  // namespace

host::Kernel make_matmul(const Matmul& op, const host::KernelRequest& request) {
  const auto product = std::make_shared<const Product>(op, request);
  return {[product](const host::KernelCall& call) { product->run(call); }, product->scratch_bytes(),
          product->preparation()};
}

}  // namespace heed::onednn

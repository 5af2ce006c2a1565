#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include <heed/backends/onednn/gemv.h>
#include <heed/backends/onednn/large_product.h>
#include <heed/backends/onednn/matmul.h>
#include <heed/backends/onednn/narrow_product.h>
#include <heed/backends/onednn/product_operands.h>
#include <heed/backends/onednn/thin_product.h>
#include <heed/backends/onednn/tiled_matmul.h>

namespace heed::onednn {

namespace {

MatrixView view(const ProductOperand& operand, const float* base, std::int64_t row, std::int64_t column) {
  return {base + row * operand.row_stride + column * operand.column_stride, operand.leading(),
          !operand.is_plain()};
}

class Product {
 public:
  Product(const Matmul& op, const host::KernelRequest& request)
      : operands_(op, request), size_(operands_.size), accumulates_(request.inputs.size() > 2) {
    scratch_ = operands_.a.dense_bytes + operands_.b.dense_bytes;
    const bool a_transposed = view(operands_.a, nullptr, 0, 0).transposed;
    const bool b_lasts = request.lasting.size() > 1 && request.lasting[1] && !operands_.b.densify;
    if (operands_.batches == 1 && b_lasts && ThinProduct::suits(size_, a_transposed)) {
      thin_.emplace(size_);
    } else if (operands_.batches == 1 && LargeProduct::suits(size_)) {
      large_.emplace(size_, a_transposed, request.threads);
      large_scratch_ = scratch_;
      scratch_ += large_->scratch_floats() * 4;
    }
    cut();
  }

  std::int64_t scratch_bytes() const { return scratch_; }

  // b, packed, where it is a variable that stays as it is.
  std::optional<host::Preparation> preparation() const {
    if (!thin_) return {};
    const MatrixView b = view(operands_.b, nullptr, 0, 0);
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
    const auto* a =
        reinterpret_cast<const float*>(operands_.a.readable(call.pool, call.inputs[0], call.scratch));
    const auto* b = reinterpret_cast<const float*>(
        operands_.b.readable(call.pool, call.inputs[1], call.scratch + operands_.a.dense_bytes));
    const float* c = accumulates_ ? call.input<float>(2) : nullptr;
    float* out = call.output<float>(0);
    if (thin_)
      return thin_->run(call.pool, view(operands_.a, a, 0, 0), reinterpret_cast<const float*>(call.prepared),
                        c, out);
    if (large_) {
      auto* const scratch = reinterpret_cast<float*>(call.scratch + large_scratch_);
      return large_->run(call.pool, view(operands_.a, a, 0, 0), view(operands_.b, b, 0, 0), c, out, scratch);
    }
    const std::int64_t per_matrix = row_pieces_ * column_pieces_;
    for_ranges(call.pool, operands_.batches * per_matrix, group_,
               [&](std::int64_t begin, std::int64_t end, int) {
                 for (std::int64_t piece = begin; piece < end; ++piece) {
                   const std::int64_t matrix = piece / per_matrix;
                   const std::int64_t result = matrix * size_.rows * size_.columns;
                   run_piece(a + operands_.batch_offset(matrix, 0), b + operands_.batch_offset(matrix, 1),
                             c ? c + result : nullptr, out + result, piece % per_matrix);
                 }
               });
  }

 private:
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
    const MatrixView left = view(operands_.a, a, row, 0);
    const MatrixView right = view(operands_.b, b, 0, column);
    if (size_.rows == 1 && right.transposed && !left.transposed) {
      multiply_rows({right.data, right.leading, columns, size_.inner, 1, c != nullptr}, left.data, target);
      return;
    }
    sgemm({rows, columns, size_.inner}, 1, left, right, c ? 1.0f : 0.0f, target, size_.columns);
  }

  ProductOperands operands_;
  ProductSize size_;
  bool accumulates_;
  std::int64_t row_block_ = 1, column_block_ = 1, row_pieces_ = 1, column_pieces_ = 1;
  std::int64_t group_ = 1;    // small products taken together
  std::int64_t scratch_ = 0;  // bytes
  std::optional<ThinProduct> thin_;
  std::optional<LargeProduct> large_;
  std::int64_t large_scratch_ = 0;
};

// bf16 operands become f32, and the product is one of those.
host::Kernel make_widened(const Matmul& op, const host::KernelRequest& request) {
  struct Operand {
    StridedCopy densify;
    std::int64_t elements, dense_at, wide_at;
  };
  std::vector<Operand> operands;
  std::vector<TensorLayout> inputs(request.inputs.begin(), request.inputs.end());
  std::int64_t bytes = 0;
  for (std::size_t i = 0; i < 2; ++i) {
    const TensorType& type = inputs[i].type;
    const Strides dense = dense_strides(type.shape);
    const std::int64_t wide_at = bytes + align_up(type.bytes());
    operands.push_back({StridedCopy(type.dtype, type.shape, inputs[i].strides, dense), type.shape.elements(),
                        bytes, wide_at});
    bytes = wide_at + align_up(2 * type.bytes());
    inputs[i] = {{DType::f32, type.shape}, dense};
  }
  host::KernelRequest wide = request;
  wide.inputs = inputs;
  wide.lasting = {};
  const auto product = std::make_shared<const Product>(op, wide);
  const auto run = [=](const host::KernelCall& call) {
    std::array<std::byte*, 3> pointers{};
    std::ranges::copy(call.inputs, pointers.begin());
    for (std::size_t i = 0; i < 2; ++i) {
      const Operand& operand = operands[i];
      operand.densify.run(call.pool, call.inputs[i], call.scratch + operand.dense_at);
      const auto* narrow = reinterpret_cast<const std::uint16_t*>(call.scratch + operand.dense_at);
      auto* widened = reinterpret_cast<std::uint32_t*>(call.scratch + operand.wide_at);
      for_ranges(call.pool, operand.elements, 16384, [&](std::int64_t begin, std::int64_t end, int) {
        for (std::int64_t at = begin; at < end; ++at)
          widened[at] = static_cast<std::uint32_t>(narrow[at]) << 16;
      });
      pointers[i] = call.scratch + operand.wide_at;
    }
    product->run(
        {std::span(pointers).first(call.inputs.size()), call.outputs, call.scratch + bytes, call.pool});
  };
  return {run, bytes + product->scratch_bytes()};
}

}  // namespace

bool accepts_matmul(const Op& op, Types inputs, Types) {
  return inputs[0].dtype == (static_cast<const Matmul&>(op).wide ? DType::bf16 : DType::f32);
}

host::Kernel make_matmul(const Matmul& op, const host::KernelRequest& request) {
  if (auto tiled = make_tiled_matmul(op, request)) return *std::move(tiled);
  if (op.wide) {
    if (auto narrow = make_narrow_product(op, request)) return *std::move(narrow);
    return make_widened(op, request);
  }
  const auto product = std::make_shared<const Product>(op, request);
  return {[product](const host::KernelCall& call) { product->run(call); }, product->scratch_bytes(),
          product->preparation()};
}

}  // namespace heed::onednn

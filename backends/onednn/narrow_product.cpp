#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

#include <oneapi/dnnl/dnnl.hpp>

#include <heed/backends/onednn/narrow_product.h>
#include <heed/backends/onednn/product_operands.h>

namespace heed::onednn {

namespace {

const dnnl::engine& engine() {
  static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

dnnl::memory::desc describe(std::int64_t rows, std::int64_t columns, dnnl::memory::data_type type,
                            std::int64_t row_stride, std::int64_t column_stride) {
  return {{rows, columns}, type, {row_stride, column_stride}};
}

dnnl::matmul::primitive_desc describe_product(const dnnl::memory::desc& a, const dnnl::memory::desc& b,
                                              const dnnl::memory::desc& out, bool accumulates) {
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  if (accumulates) {
    dnnl::post_ops sum;
    sum.append_sum(1);
    attributes.set_post_ops(sum);
  }
#if DNNL_VERSION_MAJOR >= 3
  return {engine(), a, b, out, attributes};
#else
  return {dnnl::matmul::desc(a, b, out), attributes, engine()};
#endif
}

// A block of rows of the result; each worker has memory objects of its own to point at operands.
class RowsProduct {
 public:
  RowsProduct(const ProductOperands& operands, std::int64_t rows, bool accumulates, int threads) {
    using Type = dnnl::memory::data_type;
    const auto type = [](const ProductOperand& operand, std::int64_t count, std::int64_t columns) {
      // Where a stride is never followed, oneDNN still wants one that makes sense.
      return operand.is_plain() ? describe(count, columns, Type::bf16, operand.leading(), 1)
                                : describe(count, columns, Type::bf16, 1, operand.leading());
    };
    const auto a = type(operands.a, rows, operands.size.inner);
    const auto b = type(operands.b, operands.size.inner, operands.size.columns);
    const auto out =
        describe(rows, operands.size.columns, Type::f32, std::max<std::int64_t>(1, operands.size.columns), 1);
    const dnnl::matmul::primitive_desc product = describe_product(a, b, out, accumulates);
    scratch_bytes_ = align_up(static_cast<std::int64_t>(product.scratchpad_desc().get_size()));
    primitive_ = dnnl::matmul(product);
    for (int worker = 0; worker < threads; ++worker) {
      const auto empty = [](const dnnl::memory::desc& of) { return dnnl::memory(of, engine(), nullptr); };
      workers_.push_back(
          {dnnl::stream(engine()), empty(a), empty(b), empty(out), empty(product.scratchpad_desc())});
    }
  }

  std::int64_t scratch_bytes() const { return scratch_bytes_; }

  void run(int worker, const std::byte* a, const std::byte* b, std::byte* out, std::byte* scratch) const {
    compute_alone();
    const Worker& at = workers_[static_cast<std::size_t>(worker)];
    at.a.set_data_handle(const_cast<std::byte*>(a));
    at.b.set_data_handle(const_cast<std::byte*>(b));
    at.out.set_data_handle(out);
    at.scratch.set_data_handle(scratch);
    const std::array<dnnl_exec_arg_t, 4> arguments{{{DNNL_ARG_SRC, at.a.get()},
                                                    {DNNL_ARG_WEIGHTS, at.b.get()},
                                                    {DNNL_ARG_DST, at.out.get()},
                                                    {DNNL_ARG_SCRATCHPAD, at.scratch.get()}}};
    const dnnl_status_t status =
        dnnl_primitive_execute(primitive_.get(), at.stream.get(), arguments.size(), arguments.data());
    if (status != dnnl_success) throw InternalError("matmul: oneDNN failed in a bf16 product");
  }

 private:
  struct Worker {
    dnnl::stream stream;
    dnnl::memory a, b, out, scratch;
  };
  dnnl::matmul primitive_;
  std::vector<Worker> workers_;
  std::int64_t scratch_bytes_ = 0;
};

class NarrowProduct {
 public:
  NarrowProduct(const Matmul& op, const host::KernelRequest& request)
      : operands_(op, request), accumulates_(request.inputs.size() > 2) {
    const ProductSize& size = operands_.size;
    if (size.rows * size.columns * operands_.batches == 0) return;
    if (size.inner == 0) return;
    // Few pieces, each of many rows: every one packs b anew.
    const std::int64_t wanted = std::clamp<std::int64_t>(size.rows / 64, 1, 4);
    row_block_ = (size.rows + wanted - 1) / wanted;
    row_block_ = std::min(size.rows, (row_block_ + 31) / 32 * 32);
    pieces_ = (size.rows + row_block_ - 1) / row_block_;
    whole_.emplace(operands_, row_block_, accumulates_, request.threads);
    if (const std::int64_t rest = size.rows % row_block_; rest != 0)
      rest_.emplace(operands_, rest, accumulates_, request.threads);
    worker_bytes_ = std::max(whole_->scratch_bytes(), rest_ ? rest_->scratch_bytes() : 0);
    scratch_bytes_ = operands_.a.dense_bytes + operands_.b.dense_bytes + request.threads * worker_bytes_;
  }

  std::int64_t scratch_bytes() const { return scratch_bytes_; }

  void run(const host::KernelCall& call) const {
    const ProductSize& size = operands_.size;
    const std::byte* c = accumulates_ ? call.inputs[2] : nullptr;
    const auto bytes = static_cast<std::size_t>(size.rows * size.columns * operands_.batches) * sizeof(float);
    if (c && c != call.outputs[0]) std::memcpy(call.outputs[0], c, bytes);
    if (!whole_) {
      if (!c && bytes > 0) std::memset(call.outputs[0], 0, bytes);
      return;
    }
    const ProductOperand &left = operands_.a, &right = operands_.b;
    const std::byte* a = left.readable(call.pool, call.inputs[0], call.scratch);
    const std::byte* b = right.readable(call.pool, call.inputs[1], call.scratch + left.dense_bytes);
    std::byte* const scratch = call.scratch + left.dense_bytes + right.dense_bytes;
    call.pool.run(operands_.batches * pieces_, [&](std::int64_t piece, int worker) {
      const std::int64_t matrix = piece / pieces_, row = piece % pieces_ * row_block_;
      const RowsProduct& product = row + row_block_ <= size.rows ? *whole_ : *rest_;
      product.run(worker, a + 2 * (operands_.batch_offset(matrix, 0) + row * left.row_stride),
                  b + 2 * operands_.batch_offset(matrix, 1),
                  call.outputs[0] + 4 * (matrix * size.rows + row) * size.columns,
                  scratch + worker * worker_bytes_);
    });
  }

 private:
  ProductOperands operands_;
  bool accumulates_;
  std::int64_t row_block_ = 1, pieces_ = 1;
  std::optional<RowsProduct> whole_, rest_;
  std::int64_t worker_bytes_ = 0, scratch_bytes_ = 0;
};

}  // namespace

std::optional<host::Kernel> make_narrow_product(const Matmul& op, const host::KernelRequest& request) {
  try {
    const auto product = std::make_shared<const NarrowProduct>(op, request);
    return host::Kernel{[product](const host::KernelCall& call) { product->run(call); },
                        product->scratch_bytes()};
  } catch (const dnnl::error& error) {
    if (error.status == dnnl_unimplemented) return {};
    throw InternalError(std::string("matmul: oneDNN refused a bf16 product: ") + error.what());
  }
}

}  // namespace heed::onednn

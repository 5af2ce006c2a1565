#include <memory>

#include <fmt/format.h>

#include <heed/backends/onednn/product_operands.h>
#include <heed/backends/onednn/tile_product.h>
#include <heed/backends/onednn/tiled_matmul.h>

namespace heed::onednn {

namespace {

// Of so many rows at most, a matrix that stays as it is is packed beforehand: more rows take longer than
// that.
constexpr std::int64_t most_thin_rows = 256;

template <typename Element>
MatrixOf<Element> view(const ProductOperand& operand, const std::byte* base) {
  return {reinterpret_cast<const Element*>(base), operand.leading(), !operand.is_plain()};
}

// Scratch: dense operands where they are needed, the workers' blocks of a, and all of b unless that lasts.
template <typename Element>
class TiledMatmul {
 public:
  TiledMatmul(const ProductOperands& operands, const host::KernelRequest& request)
      : operands_(operands),
        product_(operands.size, request.threads),
        accumulates_(request.inputs.size() > 2),
        b_lasts_(request.lasting.size() > 1 && request.lasting[1] && !operands.b.densify &&
                 operands.size.rows <= most_thin_rows) {}

  std::int64_t scratch_bytes() const { return packed_at() + (b_lasts_ ? 0 : product_.packed_bytes()); }

  std::optional<host::Preparation> preparation() const {
    if (!b_lasts_) return {};
    const auto form = view<Element>(operands_.b, nullptr);
    return host::Preparation{
        1,
        fmt::format("tiles of {}x{}{}, {} apart", operands_.size.inner, operands_.size.columns,
                    form.transposed ? "t" : "", form.leading),
        product_.packed_bytes(),
        [product = product_, form](const std::byte* input, std::byte* prepared, ThreadPool& pool) {
          product.pack(pool, {reinterpret_cast<const Element*>(input), form.leading, form.transposed},
                       prepared);
        }};
  }

  void run(const host::KernelCall& call) const {
    std::byte* const dense_b = call.scratch + operands_.a.dense_bytes;
    const auto a = view<Element>(operands_.a, operands_.a.readable(call.pool, call.inputs[0], call.scratch));
    const auto b = view<Element>(operands_.b, operands_.b.readable(call.pool, call.inputs[1], dense_b));
    const std::byte* packed = call.prepared;
    if (!b_lasts_) {
      product_.pack(call.pool, b, call.scratch + packed_at());
      packed = call.scratch + packed_at();
    }
    product_.run(call.pool, a, b, packed, accumulates_ ? call.input<float>(2) : nullptr,
                 call.output<float>(0), call.scratch + blocks_at());
  }

 private:
  std::int64_t blocks_at() const { return operands_.a.dense_bytes + operands_.b.dense_bytes; }
  std::int64_t packed_at() const { return blocks_at() + product_.scratch_bytes(); }

  ProductOperands operands_;
  TileProduct<Element> product_;
  bool accumulates_, b_lasts_;
};

template <typename Element>
host::Kernel kernel_of(const ProductOperands& operands, const host::KernelRequest& request) {
  const auto product = std::make_shared<const TiledMatmul<Element>>(operands, request);
  return {[product](const host::KernelCall& call) { product->run(call); }, product->scratch_bytes(),
          product->preparation()};
}

}  // namespace

std::optional<host::Kernel> make_tiled_matmul(const Matmul& op, const host::KernelRequest& request) {
  const ProductOperands operands(op, request);
  if (operands.batches != 1 || !suits_tiles(operands.size)) return {};
  return op.wide ? kernel_of<Bf16>(operands, request) : kernel_of<float>(operands, request);
}

}  // namespace heed::onednn

#include <algorithm>

#include <fmt/format.h>

#include <heed/backends/vulkan/index_space.h>
#include <heed/backends/vulkan/make.h>

namespace heed::vulkan {

namespace {

// The tile of a group, in rows, columns and along the inner axis, and what of it an invocation computes.
struct Tile {
  std::uint32_t rows, columns, depth, own_rows, own_columns;

  std::uint32_t invocations() const { return (rows / own_rows) * (columns / own_columns); }
};

constexpr Tile large_tile{64, 64, 8, 8, 8};
constexpr Tile small_tile{16, 64, 8, 4, 4};
constexpr Tile thin_tile{16, 16, 16, 1, 2};

// Where the CPU plays the device, shared memory is read lane by lane: the more an invocation computes of what
// it has read, the better, even if it is more than registers hold.
constexpr Tile largest_cpu_tile{128, 128, 8, 16, 16};
constexpr Tile large_cpu_tile{64, 64, 8, 16, 8};

Tile tile_for(std::int64_t rows, std::int64_t columns, const DeviceTraits& device) {
  const bool cpu = device.kind == DeviceKind::cpu;
  if (cpu && rows > 64 && columns > 64) return largest_cpu_tile;
  if (rows > 32 && columns > 32) return cpu ? large_cpu_tile : large_tile;
  return columns > 16 ? small_tile : thin_tile;
}

// A product of matrices, and how its operands lie.
struct Product {
  Shape batches;
  std::int64_t rows, columns, inner;
  std::int64_t a_row, a_inner, b_inner, b_column;
  Strides a_batch, b_batch;
};

std::int64_t stride_from_end(const TensorLayout& layout, std::size_t axis) {
  return layout.strides[layout.strides.size() - axis];
}

Product product_of(const Matmul& op, const KernelRequest& request) {
  const TensorLayout &a = request.inputs[0], &b = request.inputs[1];
  const Shape& out = request.outputs[0].type.shape;
  Product product;
  product.rows = out[-2];
  product.columns = out[-1];
  product.inner = a.type.shape[op.transpose_a ? -2 : -1];
  product.a_row = stride_from_end(a, op.transpose_a ? 1 : 2);
  product.a_inner = stride_from_end(a, op.transpose_a ? 2 : 1);
  product.b_inner = stride_from_end(b, op.transpose_b ? 1 : 2);
  product.b_column = stride_from_end(b, op.transpose_b ? 2 : 1);
  product.batches = out.leading(out.rank() - 2);
  const auto batch_strides = [&](const TensorLayout& layout) {
    const Strides strides(layout.strides.begin(), layout.strides.end() - 2);
    return broadcast_strides(layout.type.shape.leading(layout.type.shape.rank() - 2), strides,
                             product.batches);
  };
  product.a_batch = batch_strides(a);
  product.b_batch = batch_strides(b);
  return product;
}

// Where all batches share b and those of a follow one another, they are rows of one product.
void join_batches(Product& product) {
  while (product.batches.rank() > 0) {
    const int last = product.batches.rank() - 1;
    if (product.b_batch.back() != 0 || product.a_batch.back() != product.rows * product.a_row) return;
    product.rows *= product.batches[last];
    product.batches = product.batches.leading(last);
    product.a_batch.pop_back();
    product.b_batch.pop_back();
  }
}

}  // namespace

bool accepts_matmul(const Op& op, Types inputs, Types) {
  if (inputs[0].dtype == DType::bf16 || inputs[0].dtype == DType::f16) return true;
  return inputs[0].dtype == DType::f32 && !static_cast<const Matmul&>(op).wide;
}

Kernel make_matmul(const Matmul& op, const KernelRequest& request) {
  if (request.outputs[0].type.shape.elements() == 0) return {};
  Product product = product_of(op, request);
  join_batches(product);
  const Tile tile = tile_for(product.rows, product.columns, request.device);
  const bool accumulates = request.inputs.size() > 2;
  Dispatch dispatch;
  dispatch.shader.name =
      fmt::format("matmul_{}{}", name_of(request.inputs[0].type.dtype), op.wide ? "_f32" : "");
  dispatch.constants = {tile.invocations(),   tile.rows,        tile.columns, tile.depth,
                        tile.own_rows,        tile.own_columns, accumulates,  product.a_inner == 1,
                        product.b_column == 1};
  dispatch.bindings = {input(0), input(1), output(0), accumulates ? input(2) : input(0)};
  const std::int64_t batches = product.batches.elements();
  std::vector<std::uint32_t>& words = dispatch.parameters;
  words = {word(product.rows),
           word(product.columns),
           word(product.inner),
           word(batches),
           word(product.a_row),
           word(product.a_inner),
           word(product.b_inner),
           word(product.b_column),
           0,
           0};
  const IndexSpace space(product.batches, {product.a_batch, product.b_batch});
  for (std::size_t operand = 0; operand < 2; ++operand) place_space(dispatch, 8 + operand, space, operand);
  dispatch.groups = {word(divide_up(product.columns, tile.columns)), word(divide_up(product.rows, tile.rows)),
                     word(std::min<std::int64_t>(batches, request.device.most_groups))};
  return {{std::move(dispatch)}};
}

}  // namespace heed::vulkan

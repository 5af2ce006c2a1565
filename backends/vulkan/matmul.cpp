#include <algorithm>
#include <optional>
#include <string>

#include <fmt/format.h>

#include <heed/backends/vulkan/elementwise_shader.h>
#include <heed/backends/vulkan/index_space.h>
#include <heed/backends/vulkan/make.h>
#include <heed/backends/vulkan/scalar_writer.h>

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
  join_batches(product);
  return product;
}

// What a group computes of a product, and by which shader.
struct Choice {
  std::string shader;
  std::uint32_t rows, columns;
  std::vector<std::uint32_t> constants;          // before those that say how operands lie
  std::vector<std::uint32_t> further_constants;  // behind them
};

// A tile of which every subgroup computes a share of 32 rows and 32 or 64 columns by small products.
struct CooperativeTile {
  std::uint32_t rows, columns, own_columns;

  std::uint32_t subgroups() const { return rows / 32 * (columns / own_columns); }
};

constexpr std::uint32_t cooperative_depth = 32;
constexpr CooperativeTile small_cooperative_tile{64, 64, 32};
constexpr CooperativeTile large_cooperative_tile{128, 128, 64};

// Bytes that a group shares, at most; see matmul_cooperative.comp.
std::uint32_t shared_bytes(const CooperativeTile& tile, const MatrixSizes& matrix) {
  const std::uint32_t along_inner = tile.rows * (cooperative_depth / 8 + 1);
  const std::uint32_t along_rows = cooperative_depth * (tile.rows / 8 + 1);
  return 2 * 16 * std::max(along_inner, along_rows) + 4 * tile.subgroups() * matrix.rows * matrix.columns;
}

// The device's own instructions for small products, where it has any and the product fills some.
std::optional<Choice> cooperative_choice(const Product& product, const DeviceTraits& device) {
  const bool khr = static_cast<bool>(device.cooperative_khr), nv = static_cast<bool>(device.cooperative_nv);
  const MatrixSizes& matrix = khr  ? device.cooperative_khr
                              : nv ? device.cooperative_nv
                                   : device.cooperative_emulated;
  if (!matrix || product.rows < matrix.rows || product.columns < matrix.columns) return std::nullopt;
  const auto fits = [&](const CooperativeTile& tile) {
    return tile.subgroups() * device.subgroup_size <= device.most_invocations &&
           shared_bytes(tile, matrix) <= device.shared_memory;
  };
  constexpr std::int64_t enough_groups = 64;  // to give a GPU work
  const std::int64_t elements = product.rows * product.columns * product.batches.elements();
  CooperativeTile tile = large_cooperative_tile;
  if (!fits(tile) || elements < enough_groups * tile.rows * tile.columns) tile = small_cooperative_tile;
  if (!fits(tile)) return std::nullopt;
  return Choice{khr  ? "matmul_cooperative_khr"
                : nv ? "matmul_cooperative_nv"
                     : "matmul_cooperative_emulated",
                tile.rows,
                tile.columns,
                {tile.subgroups() * device.subgroup_size, tile.rows, tile.columns, cooperative_depth,
                 32 / matrix.rows, tile.own_columns / matrix.columns},
                {matrix.rows, matrix.columns, matrix.inner, tile.subgroups()}};
}

Choice choice_for(const Product& product, DType dtype, const DeviceTraits& device) {
  if (dtype == DType::f16) {
    if (auto choice = cooperative_choice(product, device)) return *std::move(choice);
  }
  const Tile tile = tile_for(product.rows, product.columns, device);
  return {"matmul",
          tile.rows,
          tile.columns,
          {tile.invocations(), tile.rows, tile.columns, tile.depth, tile.own_rows, tile.own_columns},
          {}};
}

}  // namespace

bool accepts_matmul(const Op& op, Types inputs, Types) {
  if (inputs[0].dtype == DType::bf16 || inputs[0].dtype == DType::f16) return true;
  return inputs[0].dtype == DType::f32 && !static_cast<const Matmul&>(op).wide;
}

namespace {

// Inputs from `others` on are bound behind the product's own operands, for a shader that takes them in.
Dispatch dispatch_of(const Product& product, const Choice& choice, const KernelRequest& request,
                     bool accumulates, std::size_t others) {
  Dispatch dispatch;
  std::vector<std::uint32_t>& constants = dispatch.constants;
  constants = choice.constants;
  constants.insert(constants.end(), {accumulates, product.a_inner == 1, product.b_column == 1});
  constants.insert(constants.end(), choice.further_constants.begin(), choice.further_constants.end());
  dispatch.bindings = {input(0), input(1), output(0), accumulates ? input(2) : input(0)};
  for (std::size_t i = others; i < request.inputs.size(); ++i) dispatch.bindings.push_back(input(i));
  const std::int64_t batches = product.batches.elements();
  dispatch.parameters = {word(product.rows),
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
  dispatch.groups = {word(divide_up(product.columns, choice.columns)),
                     word(divide_up(product.rows, choice.rows)),
                     word(std::min<std::int64_t>(batches, request.device.most_groups))};
  return dispatch;
}

}  // namespace

Kernel make_matmul(const Matmul& op, const KernelRequest& request) {
  if (request.outputs[0].type.shape.elements() == 0) return {};
  const Product product = product_of(op, request);
  const DType dtype = request.inputs[0].type.dtype;
  const Choice choice = choice_for(product, dtype, request.device);
  Dispatch dispatch = dispatch_of(product, choice, request, request.inputs.size() > 2, request.inputs.size());
  dispatch.shader.name = fmt::format("{}_{}{}", choice.shader, name_of(dtype), op.wide ? "_f32" : "");
  return {{std::move(dispatch)}};
}

namespace {

// How a dense tensor lies over a product; nullopt: in none of the simple ways.
std::optional<FinishingForm::Reading> reading_over(const Shape& product, const Shape& shape) {
  using Reading = FinishingForm::Reading;
  if (shape.elements() == 1) return Reading::scalar;
  if (shape == product) return Reading::elements;
  if (shape == product.with(-1, 1)) return Reading::rows;
  const bool one_row = shape.elements() == shape[-1] && shape[-1] == product[-1];
  return one_row ? std::optional(Reading::columns) : std::nullopt;
}

}  // namespace

bool accepts_matmul_elementwise(const Op& op, Types inputs, Types outputs) {
  const auto& fused = static_cast<const MatmulElementwise&>(op);
  if (inputs[0].dtype != DType::f32 || outputs[0].dtype != DType::f32) return false;
  const Types others = inputs.subspan(fused.product_inputs());
  const auto simple = [&](const TensorType& type) {
    return reading_over(outputs[0].shape, type.shape).has_value();
  };
  return others.size() <= 8 && std::ranges::all_of(others, simple) && can_emit(fused.program);
}

Kernel make_matmul_elementwise(const MatmulElementwise& op, const KernelRequest& request) {
  const Shape& shape = request.outputs[0].type.shape;
  if (shape.elements() == 0) return {};
  const Product product = product_of(op.product, request);
  const Choice choice = choice_for(product, DType::f32, request.device);
  const std::size_t first = op.product_inputs();
  Dispatch dispatch = dispatch_of(product, choice, request, op.accumulates, first);
  dispatch.constants.push_back(word(std::ssize(dispatch.bindings)));
  FinishingForm form{op.program, {}};
  for (const TensorLayout& layout : request.inputs.subspan(first))
    form.others.push_back(*reading_over(shape, layout.type.shape));
  dispatch.shader = finishing_shader(form, request.device);
  return {{std::move(dispatch)}};
}

}  // namespace heed::vulkan

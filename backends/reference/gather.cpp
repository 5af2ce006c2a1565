// Reading and writing by index.
#include <algorithm>
#include <cstring>

#include <heed/backends/reference/elements.h>
#include <heed/backends/reference/make.h>

namespace heed::reference {

namespace {

std::int64_t row_elements(const Shape& table) {
  return table.without(0).elements();
}

// A block along `axis`: how many there are, and how far apart.
struct Blocks {
  std::int64_t outer;
  std::int64_t inner_bytes;  // one step along the axis
  std::int64_t axis_size;    // of the large tensor
  std::int64_t part_size;    // of the slice
};

Blocks blocks_of(const TensorType& whole, int axis, std::int64_t part) {
  std::int64_t inner = static_cast<std::int64_t>(size_of(whole.dtype));
  for (int i = axis + 1; i < whole.shape.rank(); ++i) inner *= whole.shape[i];
  return {whole.shape.leading(axis).elements(), inner, whole.shape[axis], part};
}

std::int64_t clamped(const std::int32_t* position, const Blocks& blocks) {
  return std::clamp<std::int64_t>(*position, 0, blocks.axis_size - blocks.part_size);
}

}  // namespace

Kernel make_gather_rows(const GatherRows&, const KernelRequest& request) {
  const TensorType table = request.inputs[0].type;
  const std::int64_t count = request.inputs[1].type.shape.elements();
  const std::int64_t bytes = row_elements(table.shape) * static_cast<std::int64_t>(size_of(table.dtype));
  const std::int64_t rows = table.shape[0];
  Kernel kernel;
  kernel.run = [=](const KernelCall& call) {
    const auto* indices = call.input<std::int32_t>(1);
    for (std::int64_t i = 0; i < count; ++i) {
      std::byte* to = call.outputs[0] + i * bytes;
      const bool inside = indices[i] >= 0 && indices[i] < rows;
      if (inside) {
        std::memcpy(to, call.inputs[0] + indices[i] * bytes, static_cast<std::size_t>(bytes));
      } else {
        std::memset(to, 0, static_cast<std::size_t>(bytes));
      }
    }
  };
  return kernel;
}

Kernel make_scatter_add(const ScatterAdd&, const KernelRequest& request) {
  const TensorType table = request.inputs[0].type;
  const DType dtype = table.dtype;
  const std::int64_t count = request.inputs[1].type.shape.elements();
  const std::int64_t width = row_elements(table.shape);
  Kernel kernel;
  kernel.run = [=](const KernelCall& call) {
    if (call.outputs[0] != call.inputs[0]) {
      std::memcpy(call.outputs[0], call.inputs[0], static_cast<std::size_t>(table.bytes()));
    }
    const auto* indices = call.input<std::int32_t>(1);
    for (std::int64_t i = 0; i < count; ++i) {
      if (indices[i] < 0 || indices[i] >= table.shape[0]) continue;
      for (std::int64_t j = 0; j < width; ++j) {
        const std::int64_t at = indices[i] * width + j;
        const Scalar old = load(dtype, call.outputs[0], at);
        const Scalar more = load(dtype, call.inputs[2], i * width + j);
        store(dtype, call.outputs[0], at, {old.real + more.real, old.whole + more.whole});
      }
    }
  };
  return kernel;
}

Kernel make_slice_at(const SliceAt& op, const KernelRequest& request) {
  const Blocks blocks = blocks_of(request.inputs[0].type, op.axis, op.size);
  Kernel kernel;
  kernel.run = [blocks](const KernelCall& call) {
    const std::int64_t start = clamped(call.input<std::int32_t>(1), blocks);
    const std::int64_t bytes = blocks.part_size * blocks.inner_bytes;
    for (std::int64_t o = 0; o < blocks.outer; ++o) {
      std::memcpy(call.outputs[0] + o * bytes,
                  call.inputs[0] + (o * blocks.axis_size + start) * blocks.inner_bytes,
                  static_cast<std::size_t>(bytes));
    }
  };
  return kernel;
}

Kernel make_update_at(const UpdateAt& op, const KernelRequest& request) {
  const TensorType whole = request.inputs[0].type;
  const Blocks blocks = blocks_of(whole, op.axis, request.inputs[1].type.shape[op.axis]);
  Kernel kernel;
  kernel.run = [blocks, whole](const KernelCall& call) {
    if (call.outputs[0] != call.inputs[0]) {
      std::memcpy(call.outputs[0], call.inputs[0], static_cast<std::size_t>(whole.bytes()));
    }
    const std::int64_t start = clamped(call.input<std::int32_t>(2), blocks);
    const std::int64_t bytes = blocks.part_size * blocks.inner_bytes;
    for (std::int64_t o = 0; o < blocks.outer; ++o) {
      std::memcpy(call.outputs[0] + (o * blocks.axis_size + start) * blocks.inner_bytes,
                  call.inputs[1] + o * bytes, static_cast<std::size_t>(bytes));
    }
  };
  return kernel;
}

}  // namespace heed::reference

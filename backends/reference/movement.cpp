// Ops that move elements without computing: pad, concatenate, reverse.
#include <cstring>

#include <heed/backends/reference/elements.h>
#include <heed/backends/reference/make.h>

namespace heed::reference {

Kernel make_pad(const Pad& op, const KernelRequest& request) {
  const TensorLayout in = request.inputs[0];
  const TensorType out = request.outputs[0].type;
  const auto size = static_cast<std::int64_t>(size_of(in.type.dtype));
  const Strides dense = dense_strides(out.shape);
  Strides to;
  std::int64_t start = 0;
  for (std::size_t axis = 0; axis < op.axes.size(); ++axis) {
    to.push_back(dense[axis] * (op.axes[axis].between + 1));
    start += dense[axis] * op.axes[axis].low;
  }
  Kernel kernel;
  kernel.run = [=](const KernelCall& call) {
    std::memset(call.outputs[0], 0, static_cast<std::size_t>(out.bytes()));
    Walk<2> walk(in.type.shape, {&in.strides, &to});
    for (std::int64_t i = 0; i < in.type.shape.elements(); ++i, walk.next()) {
      const auto [from, at] = walk.offsets();
      std::memcpy(call.outputs[0] + (start + at) * size, call.inputs[0] + from * size,
                  static_cast<std::size_t>(size));
    }
  };
  return kernel;
}

Kernel make_concatenate(const Concatenate& op, const KernelRequest& request) {
  const Shape out = request.outputs[0].type.shape;
  const std::int64_t outer = out.leading(op.axis).elements();
  const auto row_bytes = [&](const TensorType& type) {
    return outer == 0 ? 0 : static_cast<std::size_t>(type.bytes() / outer);
  };
  const std::size_t out_row = row_bytes(request.outputs[0].type);
  std::vector<std::size_t> rows;
  for (const TensorLayout& input : request.inputs) rows.push_back(row_bytes(input.type));
  Kernel kernel;
  kernel.run = [=](const KernelCall& call) {
    for (std::int64_t o = 0; o < outer; ++o) {
      std::byte* to = call.outputs[0] + static_cast<std::size_t>(o) * out_row;
      for (std::size_t i = 0; i < rows.size(); ++i) {
        if (rows[i] > 0) std::memcpy(to, call.inputs[i] + static_cast<std::size_t>(o) * rows[i], rows[i]);
        to += rows[i];
      }
    }
  };
  return kernel;
}

Kernel make_reverse(const Reverse& op, const KernelRequest& request) {
  const TensorLayout in = request.inputs[0];
  const auto size = static_cast<std::int64_t>(size_of(in.type.dtype));
  const Strides to = dense_strides(in.type.shape);
  Strides from = in.strides;
  std::int64_t start = 0;
  for (const std::int64_t axis : op.axes) {
    std::int64_t& stride = from[static_cast<std::size_t>(axis)];
    start += (in.type.shape[static_cast<int>(axis)] - 1) * stride;
    stride = -stride;
  }
  Kernel kernel;
  kernel.run = [=](const KernelCall& call) {
    Walk<2> walk(in.type.shape, {&from, &to});
    for (std::int64_t i = 0; i < in.type.shape.elements(); ++i, walk.next()) {
      const auto [source, target] = walk.offsets();
      std::memcpy(call.outputs[0] + target * size, call.inputs[0] + (start + source) * size,
                  static_cast<std::size_t>(size));
    }
  };
  return kernel;
}

}  // namespace heed::reference

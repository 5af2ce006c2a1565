// Ops that move elements without computing: pad, concatenate, reverse, slices at a position.
#include <heed/backends/vulkan/copy.h>
#include <heed/backends/vulkan/index_space.h>
#include <heed/backends/vulkan/make.h>
#include <heed/backends/vulkan/moved_elements.h>

namespace heed::vulkan {

namespace {

std::int64_t axis_stride(const TensorLayout& layout, int axis) {
  return layout.strides[static_cast<std::size_t>(axis)];
}

}  // namespace

Kernel make_pad(const Pad& op, const KernelRequest& request) {
  const TensorLayout& from = request.inputs[0];
  const Shape& to = request.outputs[0].type.shape;
  if (to.elements() == 0) return {};
  Dispatch dispatch;
  dispatch.shader.name = moved("pad", from.type.dtype);
  dispatch.bindings = {input(0), output(0)};
  dispatch.parameters = {word(to.elements()), word(to.rank())};
  for (int axis = to.rank() - 1; axis >= 0; --axis) {
    const PadAxis& pad = op.axes[static_cast<std::size_t>(axis)];
    for (const std::int64_t value :
         {to[axis], pad.low, pad.between + 1, from.type.shape[axis], axis_stride(from, axis)})
      dispatch.parameters.push_back(word(value));
  }
  dispatch.groups = grid_of(divide_up(to.elements(), 64), request.device);
  return {{std::move(dispatch)}};
}

Kernel make_concatenate(const Concatenate& op, const KernelRequest& request) {
  const TensorLayout& to = request.outputs[0];
  Kernel kernel;
  std::int64_t before = 0;
  for (std::size_t i = 0; i < request.inputs.size(); ++i) {
    const TensorLayout& from = request.inputs[i];
    const std::int64_t start = before * axis_stride(to, op.axis);
    before += from.type.shape[op.axis];
    if (from.type.shape.elements() == 0) continue;
    // Only the part that is written is bound: parts that follow one another need not wait for one another.
    Binding part = output(0);
    part.first = start;
    part.count = span_of(from.type.shape, to.strides);
    kernel.dispatches.push_back(
        copy(from.type, {input(i), from.strides}, {part, to.strides}, request.device));
  }
  return kernel;
}

Kernel make_reverse(const Reverse& op, const KernelRequest& request) {
  const TensorLayout& from = request.inputs[0];
  if (from.type.shape.elements() == 0) return {};
  Side side{input(0), from.strides};
  for (const std::int64_t axis : op.axes) {
    std::int64_t& stride = side.strides[static_cast<std::size_t>(axis)];
    side.start += (from.type.shape[static_cast<int>(axis)] - 1) * stride;
    stride = -stride;
  }
  return {{copy(from.type, side, {output(0), request.outputs[0].strides}, request.device)}};
}

Kernel make_slice_at(const SliceAt& op, const KernelRequest& request) {
  const TensorLayout& from = request.inputs[0];
  const TensorLayout& to = request.outputs[0];
  if (to.type.shape.elements() == 0) return {};
  const Side source{input(0), from.strides, 0, axis_stride(from, op.axis)};
  return {{copy(to.type, source, {output(0), to.strides}, request.device,
                Position{1, from.type.shape[op.axis] - op.size})}};
}

Kernel make_update_at(const UpdateAt& op, const KernelRequest& request) {
  const TensorLayout& whole = request.inputs[0];
  const TensorLayout& part = request.inputs[1];
  const TensorLayout& to = request.outputs[0];
  if (to.type.shape.elements() == 0) return {};
  Kernel kernel;
  kernel.dispatches.push_back(
      copy(whole.type, {input(0), whole.strides}, {output(0), to.strides}, request.device));
  kernel.dispatches.back().unless_in_place = true;
  if (part.type.shape.elements() == 0) return kernel;
  const Side target{output(0), to.strides, 0, axis_stride(to, op.axis)};
  kernel.dispatches.push_back(copy(part.type, {input(1), part.strides}, target, request.device,
                                   Position{2, to.type.shape[op.axis] - part.type.shape[op.axis]}));
  return kernel;
}

}  // namespace heed::vulkan

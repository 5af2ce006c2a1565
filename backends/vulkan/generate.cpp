// Ops that make or choose values: iota, random bits, top-k.
#include <heed/backends/vulkan/make.h>

namespace heed::vulkan {

Kernel make_iota(const Iota& op, const KernelRequest& request) {
  const Shape& shape = op.type.shape;
  if (shape.elements() == 0) return {};
  std::int64_t inner = 1;
  for (int axis = op.axis + 1; axis < shape.rank(); ++axis) inner *= shape[axis];
  Dispatch dispatch;
  dispatch.shader.name = "iota_" + std::string(name_of(op.type.dtype));
  dispatch.bindings = {output(0)};
  dispatch.parameters = {word(shape.elements()), word(shape[op.axis]), word(inner)};
  dispatch.groups = grid_of(divide_up(shape.elements(), 64), request.device);
  return {{std::move(dispatch)}};
}

Kernel make_random_bits(const RandomBits& op, const KernelRequest& request) {
  const std::int64_t count = op.shape.elements();
  if (count == 0) return {};
  Dispatch dispatch;
  dispatch.shader.name = "random_bits";
  dispatch.bindings = {input(0), output(0)};
  dispatch.parameters = {word(count), op.stream};
  dispatch.groups = grid_of(divide_up(divide_up(count, 4), 64), request.device);
  return {{std::move(dispatch)}};
}

Kernel make_top_k(const TopK& op, const KernelRequest& request) {
  const Shape& shape = request.inputs[0].type.shape;
  const std::int64_t rows = shape.without(-1).elements();
  if (rows == 0 || op.k == 0) return {};
  if (!request.live[0] && !request.live[1]) return {};
  Dispatch dispatch;
  dispatch.shader.name = "top_k";
  dispatch.bindings = {input(0), live_or(request, 0, input(0)), live_or(request, 1, input(0))};
  dispatch.parameters = {word(rows), word(shape[-1]), word(op.k), request.live[0], request.live[1]};
  dispatch.groups = grid_of(rows, request.device);
  return {{std::move(dispatch)}};
}

}  // namespace heed::vulkan

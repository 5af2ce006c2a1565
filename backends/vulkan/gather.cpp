// Reading and adding rows by index.
#include <algorithm>

#include <heed/backends/vulkan/copy.h>
#include <heed/backends/vulkan/make.h>
#include <heed/backends/vulkan/moved_elements.h>

namespace heed::vulkan {

Kernel make_gather_rows(const GatherRows&, const KernelRequest& request) {
  const TensorType& table = request.inputs[0].type;
  const std::int64_t count = request.outputs[0].type.shape.elements();
  if (count == 0) return {};
  Dispatch dispatch;
  dispatch.shader.name = moved("gather_rows", table.dtype);
  dispatch.bindings = {input(0), input(1), output(0)};
  dispatch.parameters = {word(count), word(table.shape.without(0).elements()), word(table.shape[0])};
  dispatch.groups = grid_of(divide_up(count, 64), request.device);
  return {{std::move(dispatch)}};
}

Kernel make_scatter_add(const ScatterAdd&, const KernelRequest& request) {
  const TensorType& table = request.outputs[0].type;
  if (table.shape.elements() == 0) return {};
  Kernel kernel;
  // The table as it was, where it is not updated in place.
  const Strides& strides = request.outputs[0].strides;
  kernel.dispatches.push_back(copy(table, {input(0), strides}, {output(0), strides}, request.device));
  kernel.dispatches.back().unless_in_place = true;

  const std::int64_t indices = request.inputs[1].type.shape.elements();
  if (indices == 0) return kernel;
  const std::int64_t rows = table.shape[0];
  const std::int64_t width = table.shape.without(0).elements();
  // Every group reads all indices: few groups where they run one after the other.
  const std::int64_t owners = request.device.kind == DeviceKind::cpu ? 1 : std::min<std::int64_t>(rows, 64);
  const std::int64_t own_rows = divide_up(rows, owners);
  Dispatch dispatch;
  dispatch.shader.name = "scatter_add_" + std::string(name_of(table.dtype));
  dispatch.bindings = {input(1), input(2), output(0)};
  dispatch.parameters = {word(indices), word(width), word(rows), word(own_rows)};
  dispatch.groups = {word(divide_up(width, 64)), word(divide_up(rows, own_rows)), 1};
  kernel.dispatches.push_back(std::move(dispatch));
  return kernel;
}

}  // namespace heed::vulkan

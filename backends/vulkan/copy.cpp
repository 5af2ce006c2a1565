#include <heed/backends/vulkan/copy.h>
#include <heed/backends/vulkan/index_space.h>
#include <heed/backends/vulkan/moved_elements.h>

namespace heed::vulkan {

Dispatch copy(const TensorType& type, Side from, Side to, const DeviceTraits& device,
              std::optional<Position> position) {
  const IndexSpace space(type.shape, {from.strides, to.strides});
  Dispatch dispatch;
  dispatch.shader.name = moved("copy", type.dtype) + (position ? "_at" : "");
  to.binding.written = true;
  dispatch.bindings = {from.binding, to.binding};
  if (position) dispatch.bindings.push_back(input(position->input));
  std::vector<std::uint32_t>& words = dispatch.parameters;
  words = {word(type.shape.elements()), 0, 0, word(from.start), word(to.start)};
  if (position) words.insert(words.end(), {word(position->last), word(from.along), word(to.along)});
  place_space(dispatch, 1, space, 0);
  place_space(dispatch, 2, space, 1);
  dispatch.groups = grid_of(divide_up(type.shape.elements(), 64), device);
  return dispatch;
}

}  // namespace heed::vulkan

#include <algorithm>

#include <heed/backends/vulkan/index_space.h>

namespace heed::vulkan {

IndexSpace::IndexSpace(const Shape& shape, std::vector<Strides> strides) : strides_(strides.size()) {
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const std::int64_t size = shape[axis];
    const auto at = static_cast<std::size_t>(axis);
    if (size == 1) continue;
    bool joins = !sizes_.empty();
    for (std::size_t t = 0; t < strides.size() && joins; ++t)
      joins = strides_[t].back() == strides[t][at] * size;
    if (joins) {
      sizes_.back() *= size;
      for (std::size_t t = 0; t < strides.size(); ++t) strides_[t].back() = strides[t][at];
      continue;
    }
    sizes_.push_back(size);
    for (std::size_t t = 0; t < strides.size(); ++t) strides_[t].push_back(strides[t][at]);
  }
}

std::int64_t IndexSpace::elements() const {
  std::int64_t product = 1;
  for (const std::int64_t size : sizes_) product *= size;
  return product;
}

bool IndexSpace::is_dense(std::size_t tensor) const {
  std::int64_t step = 1;
  for (std::size_t axis = sizes_.size(); axis-- > 0;) {
    if (strides_[tensor][axis] != step) return false;
    step *= sizes_[axis];
  }
  return true;
}

bool IndexSpace::is_scalar(std::size_t tensor) const {
  return std::ranges::all_of(strides_[tensor], [](std::int64_t stride) { return stride == 0; });
}

void IndexSpace::append(std::size_t tensor, std::vector<std::uint32_t>& parameters) const {
  parameters.push_back(static_cast<std::uint32_t>(rank()));
  for (std::size_t axis = rank(); axis-- > 0;) {
    parameters.push_back(static_cast<std::uint32_t>(sizes_[axis]));
    parameters.push_back(static_cast<std::uint32_t>(strides_[tensor][axis]));
  }
}

void place_space(Dispatch& dispatch, std::size_t at, const IndexSpace& space, std::size_t tensor) {
  dispatch.parameters[at] =
      word(static_cast<std::int64_t>(dispatch.bindings.size() + dispatch.parameters.size()));
  space.append(tensor, dispatch.parameters);
}

std::int64_t span_of(const Shape& shape, const Strides& strides) {
  if (shape.elements() == 0) return 0;
  std::int64_t last = 0;
  for (int axis = 0; axis < shape.rank(); ++axis)
    last += (shape[axis] - 1) * strides[static_cast<std::size_t>(axis)];
  return last + 1;
}

}  // namespace heed::vulkan

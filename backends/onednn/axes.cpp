#include <heed/backends/onednn/axes.h>

namespace heed::onednn {

std::int64_t Walk::elements() const {
  std::int64_t product = 1;
  for (const std::int64_t size : sizes) product *= size;
  return product;
}

Walk collapse(const Shape& shape, std::vector<Strides> strides) {
  Walk walk;
  walk.strides.resize(strides.size());
  for (std::size_t axis = 0; axis < as_size(shape.rank()); ++axis) {
    const std::int64_t size = shape.sizes()[axis];
    if (size == 1) continue;
    bool merges = !walk.sizes.empty();
    for (std::size_t k = 0; k < strides.size() && merges; ++k) {
      merges = walk.strides[k].back() == strides[k][axis] * size;
    }
    if (merges) {
      walk.sizes.back() *= size;
    } else {
      walk.sizes.push_back(size);
    }
    for (std::size_t k = 0; k < strides.size(); ++k) {
      if (merges) {
        walk.strides[k].back() = strides[k][axis];
      } else {
        walk.strides[k].push_back(strides[k][axis]);
      }
    }
  }
  return walk;
}

}  // namespace heed::onednn

#include <algorithm>

#include <fmt/format.h>

#include <heed/ops/reverse.h>

namespace heed {

std::vector<TensorType> Reverse::infer(Types inputs) const {
  for (std::size_t i = 0; i < axes.size(); ++i) {
    if (axes[i] < 0 || axes[i] >= inputs[0].shape.rank() || (i > 0 && axes[i] <= axes[i - 1])) {
      throw ShapeError(fmt::format("axes must name some of the {} axes once each", inputs[0].shape.rank()));
    }
  }
  return {inputs[0]};
}

std::optional<Gradients> Reverse::gradient(const Applied&,
                                           std::span<const std::optional<Tensor>> outputs) const {
  return Gradients{reverse(*outputs[0], axes)};
}

Tensor reverse(Tensor x, std::vector<std::int64_t> axes, Where where) {
  for (std::int64_t& axis : axes) {
    if (axis < 0) axis += x.shape().rank();
  }
  std::sort(axes.begin(), axes.end());
  return x.graph().apply_one(std::make_shared<Reverse>(std::move(axes)), std::span(&x, 1), where);
}

}  // namespace heed

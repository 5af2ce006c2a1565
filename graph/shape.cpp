#include <fmt/format.h>
#include <fmt/ranges.h>

#include <heed/graph/error.h>
#include <heed/graph/shape.h>

namespace heed {

Shape::Shape(std::initializer_list<std::int64_t> sizes) : Shape(std::span(sizes.begin(), sizes.size())) {}

Shape::Shape(std::span<const std::int64_t> sizes) : rank_(static_cast<std::int8_t>(sizes.size())) {
  if (sizes.size() > max_rank) {
    throw ShapeError(fmt::format("a shape has at most {} dimensions, not {}", max_rank, sizes.size()));
  }
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i] < 0) throw ShapeError(fmt::format("size {} of dimension {} is negative", sizes[i], i));
    sizes_[i] = sizes[i];
  }
}

std::int64_t Shape::operator[](int axis) const {
  return sizes_[static_cast<std::size_t>(normalize_axis(axis, rank_))];
}

std::int64_t Shape::elements() const {
  std::int64_t product = 1;
  for (const std::int64_t size : sizes()) {
    if (__builtin_mul_overflow(product, size, &product)) {
      throw ShapeError(fmt::format("{} has more elements than fit in 64 bits", to_string(*this)));
    }
  }
  return product;
}

Shape Shape::with(int axis, std::int64_t size) const {
  Shape changed = *this;
  changed.sizes_[static_cast<std::size_t>(normalize_axis(axis, rank_))] = size;
  return changed;
}

Shape Shape::without(int axis) const {
  std::vector<std::int64_t> kept(sizes().begin(), sizes().end());
  kept.erase(kept.begin() + normalize_axis(axis, rank_));
  return Shape(kept);
}

Shape Shape::leading(int count) const {
  return Shape(sizes().first(static_cast<std::size_t>(count)));
}

Shape Shape::appended(std::int64_t size) const {
  std::vector<std::int64_t> longer(sizes().begin(), sizes().end());
  longer.push_back(size);
  return Shape(longer);
}

Strides dense_strides(const Shape& shape) {
  Strides strides(static_cast<std::size_t>(shape.rank()));
  std::int64_t step = 1;
  for (int axis = shape.rank() - 1; axis >= 0; --axis) {
    strides[static_cast<std::size_t>(axis)] = step;
    step *= shape[axis];
  }
  return strides;
}

int normalize_axis(int axis, int rank) {
  if (axis < -rank || axis >= rank) {
    throw ShapeError(fmt::format("axis {} is outside a tensor of rank {}", axis, rank));
  }
  return axis < 0 ? axis + rank : axis;
}

Shape broadcast(const Shape& a, const Shape& b) {
  const int rank = std::max(a.rank(), b.rank());
  std::vector<std::int64_t> sizes(static_cast<std::size_t>(rank));
  for (int back = 1; back <= rank; ++back) {
    const std::int64_t left = back <= a.rank() ? a[-back] : 1;
    const std::int64_t right = back <= b.rank() ? b[-back] : 1;
    if (left != right && left != 1 && right != 1) {
      throw ShapeError(fmt::format("shapes {} and {} do not broadcast: {} and {} at axis {}", to_string(a),
                                   to_string(b), left, right, -back));
    }
    sizes[static_cast<std::size_t>(rank - back)] = left == 1 ? right : left;
  }
  return Shape(sizes);
}

bool broadcasts_to(const Shape& from, const Shape& to) {
  if (from.rank() > to.rank()) return false;
  for (int back = 1; back <= from.rank(); ++back) {
    if (from[-back] != to[-back] && from[-back] != 1) return false;
  }
  return true;
}

Strides broadcast_strides(const Shape& from, const Strides& strides, const Shape& to) {
  const int added = to.rank() - from.rank();
  Strides result(static_cast<std::size_t>(to.rank()), 0);
  for (int axis = 0; axis < from.rank(); ++axis) {
    if (from[axis] == 1) continue;
    result[static_cast<std::size_t>(axis + added)] = strides[static_cast<std::size_t>(axis)];
  }
  return result;
}

std::string to_string(const Shape& shape) {
  return fmt::format("[{}]", fmt::join(shape.sizes(), ", "));
}

std::string to_string(const TensorType& type) {
  return fmt::format("{}{}", name_of(type.dtype), to_string(type.shape));
}

}  // namespace heed

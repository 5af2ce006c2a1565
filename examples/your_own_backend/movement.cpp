// Ops that move elements without computing, make them or choose among them. Operands are dense.
#include <algorithm>
#include <numeric>

#include "slate_kernels.h"

#include <heed/ops/philox.h>

namespace slate {

namespace {

// Some elements of an operand: the first, and how the others follow.
struct Part {
  explicit Part(const Operand& of) : of(of), strides(heed::dense_strides(of.shape())) {}
  std::int64_t& stride(std::int64_t axis) { return strides[static_cast<std::size_t>(axis)]; }

  const Operand& of;
  heed::Strides strides;
  std::int64_t first = 0;
};

void copy(const heed::Shape& shape, const Part& from, const Part& to) {
  for (std::int64_t i = 0; i < shape.elements(); ++i)
    to.of.set(to.first + offset_of(i, shape, to.strides),
              from.of.get(from.first + offset_of(i, shape, from.strides)));
}

// A position read at run time, clamped so that `size` elements from there on fit.
std::int64_t position(const Operand& at, const Operand& whole, int axis, std::int64_t size) {
  return std::clamp<std::int64_t>(static_cast<std::int64_t>(at.get(0)), 0, whole.shape()[axis] - size);
}

}  // namespace

void pad(const heed::Pad& op, const Operands& inputs, const Operands& outputs) {
  for (std::int64_t i = 0; i < outputs[0].count(); ++i) outputs[0].set(i, 0);
  Part to(outputs[0]);
  for (std::size_t axis = 0; axis < to.strides.size(); ++axis) {
    to.first += op.axes[axis].low * to.strides[axis];
    to.strides[axis] *= op.axes[axis].between + 1;
  }
  copy(inputs[0].shape(), Part(inputs[0]), to);
}

void concatenate(const heed::Concatenate& op, const Operands& inputs, const Operands& outputs) {
  Part to(outputs[0]);
  for (const Operand& part : inputs) {
    copy(part.shape(), Part(part), to);
    to.first += part.shape()[op.axis] * to.stride(op.axis);
  }
}

void reverse(const heed::Reverse& op, const Operands& inputs, const Operands& outputs) {
  Part from(inputs[0]);
  for (const std::int64_t axis : op.axes) {
    from.first += (inputs[0].shape()[static_cast<int>(axis)] - 1) * from.stride(axis);
    from.stride(axis) = -from.stride(axis);
  }
  copy(inputs[0].shape(), from, Part(outputs[0]));
}

void gather_rows(const heed::GatherRows&, const Operands& inputs, const Operands& outputs) {
  const Operand &table = inputs[0], &indices = inputs[1], &out = outputs[0];
  const std::int64_t width = table.shape().without(0).elements();
  for (std::int64_t i = 0; i < indices.count(); ++i) {
    const double row = indices.get(i);
    const bool inside = row >= 0 && row < static_cast<double>(table.shape()[0]);
    for (std::int64_t k = 0; k < width; ++k)
      out.set(i * width + k, inside ? table.get(static_cast<std::int64_t>(row) * width + k) : 0);
  }
}

void slice_at(const heed::SliceAt& op, const Operands& inputs, const Operands& outputs) {
  Part from(inputs[0]);
  from.first = position(inputs[1], inputs[0], op.axis, op.size) * from.stride(op.axis);
  copy(outputs[0].shape(), from, Part(outputs[0]));
}

// The tensor may be updated where it lies.
void update_at(const heed::UpdateAt& op, const Operands& inputs, const Operands& outputs) {
  const heed::Shape& part = inputs[1].shape();
  Part to(outputs[0]);
  if (outputs[0].data != inputs[0].data) copy(inputs[0].shape(), Part(inputs[0]), to);
  to.first = position(inputs[2], inputs[0], op.axis, part[op.axis]) * to.stride(op.axis);
  copy(part, Part(inputs[1]), to);
}

void iota(const heed::Iota& op, const Operands&, const Operands& outputs) {
  const Operand& out = outputs[0];
  std::int64_t inner = 1;
  for (int axis = op.axis + 1; axis < out.shape().rank(); ++axis) inner *= out.shape()[axis];
  for (std::int64_t i = 0; i < out.count(); ++i)
    out.set(i, static_cast<double>(i / inner % out.shape()[op.axis]));
}

void random_bits(const heed::RandomBits& op, const Operands& inputs, const Operands& outputs) {
  const auto key = [&](std::int64_t i) { return static_cast<std::uint32_t>(inputs[0].get(i)); };
  for (std::int64_t i = 0; i < outputs[0].count(); ++i) {
    const heed::PhiloxCounter block =
        heed::philox({static_cast<std::uint32_t>(i / 4), op.stream, key(2), key(3)}, {key(0), key(1)});
    outputs[0].set(i, block[static_cast<std::size_t>(i % 4)]);
  }
}

// NaN first, then the larger, then the one that stands before.
void top_k(const heed::TopK& op, const Operands& inputs, const Operands& outputs) {
  const Operand& in = inputs[0];
  const std::int64_t width = in.shape()[-1], rows = in.shape().without(-1).elements();
  std::vector<std::int64_t> order(static_cast<std::size_t>(width));
  for (std::int64_t row = 0; row < rows; ++row) {
    const auto value = [&](std::int64_t i) { return in.get(row * width + i); };
    std::iota(order.begin(), order.end(), 0);
    std::ranges::stable_sort(order, [&](std::int64_t a, std::int64_t b) {
      if (std::isnan(value(a)) || std::isnan(value(b))) return std::isnan(value(a)) && !std::isnan(value(b));
      return value(a) > value(b);
    });
    for (std::int64_t i = 0; i < op.k; ++i) {
      const std::int64_t chosen = order[static_cast<std::size_t>(i)];
      if (outputs[0].data) outputs[0].set(row * op.k + i, value(chosen));
      if (outputs[1].data) outputs[1].set(row * op.k + i, static_cast<double>(chosen));
    }
  }
}

}  // namespace slate

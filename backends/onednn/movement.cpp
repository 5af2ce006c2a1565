#include <cstring>

#include <heed/backends/onednn/movement.h>
#include <heed/backends/onednn/strided_copy.h>

namespace heed::onednn {

host::Kernel make_pad(const Pad& op, const host::KernelRequest& request) {
  const TensorLayout& x = request.inputs[0];
  const TensorLayout& output = request.outputs[0];
  const auto element = static_cast<std::int64_t>(size_of(x.type.dtype));
  Strides target = output.strides;
  std::int64_t first = 0;
  for (std::size_t axis = 0; axis < target.size(); ++axis) {
    first += op.axes[axis].low * target[axis] * element;
    target[axis] *= op.axes[axis].between + 1;
  }
  const StridedCopy copy(x.type.dtype, x.type.shape, x.strides, target);
  const std::int64_t bytes = output.type.bytes();
  return {[=](const host::KernelCall& call) {
            for_ranges(call.pool, bytes, 65536, [&](std::int64_t begin, std::int64_t end, int) {
              std::memset(call.outputs[0] + begin, 0, as_size(end - begin));
            });
            copy.run(call.pool, call.inputs[0], call.outputs[0] + first);
          },
          0};
}

host::Kernel make_concatenate(const Concatenate& op, const host::KernelRequest& request) {
  const TensorLayout& output = request.outputs[0];
  const int axis = normalize_axis(op.axis, output.type.shape.rank());
  const auto element = static_cast<std::int64_t>(size_of(output.type.dtype));
  std::vector<StridedCopy> copies;
  std::vector<std::int64_t> places;
  std::int64_t start = 0;
  for (const TensorLayout& input : request.inputs) {
    copies.emplace_back(output.type.dtype, input.type.shape, input.strides, output.strides);
    places.push_back(start * output.strides[as_size(axis)] * element);
    start += input.type.shape[axis];
  }
  return {[copies, places](const host::KernelCall& call) {
            for (std::size_t i = 0; i < copies.size(); ++i) {
              copies[i].run(call.pool, call.inputs[i], call.outputs[0] + places[i]);
            }
          },
          0};
}

host::Kernel make_reverse(const Reverse& op, const host::KernelRequest& request) {
  const TensorLayout& x = request.inputs[0];
  Strides source = x.strides;
  std::int64_t first = 0;
  for (const std::int64_t axis : op.axes) {
    std::int64_t& stride = source[as_size(axis)];
    first += (x.type.shape[static_cast<int>(axis)] - 1) * stride;
    stride = -stride;
  }
  first *= static_cast<std::int64_t>(size_of(x.type.dtype));
  const StridedCopy copy(x.type.dtype, x.type.shape, source, request.outputs[0].strides);
  const bool empty = x.type.shape.elements() == 0;
  return {[=](const host::KernelCall& call) {
            if (!empty) copy.run(call.pool, call.inputs[0] + first, call.outputs[0]);
          },
          0};
}

bool accepts_iota(const Op&, Types, Types outputs) {
  return outputs[0].dtype == DType::f32 || outputs[0].dtype == DType::i32;
}

namespace {

// [outer, size, inner]: the middle index, `inner` times each.
template <typename T>
void count_up(T* to, std::int64_t outer, std::int64_t size, std::int64_t inner) {
  for (std::int64_t o = 0; o < outer; ++o) {
    for (std::int64_t i = 0; i < size; ++i, to += inner) std::fill_n(to, inner, static_cast<T>(i));
  }
}

}  // namespace

host::Kernel make_iota(const Iota& op, const host::KernelRequest& request) {
  const Shape& shape = request.outputs[0].type.shape;
  const std::int64_t outer = shape.leading(op.axis).elements();
  const std::int64_t size = shape[op.axis];
  std::int64_t inner = 1;
  for (int axis = op.axis + 1; axis < shape.rank(); ++axis) inner *= shape[axis];
  const bool whole = request.outputs[0].type.dtype == DType::i32;
  return {[=](const host::KernelCall& call) {
            for_ranges(call.pool, outer, rows_per_piece(size * inner),
                       [&](std::int64_t begin, std::int64_t end, int) {
                         const std::int64_t first = begin * size * inner;
                         if (whole) {
                           count_up(call.output<std::int32_t>(0) + first, end - begin, size, inner);
                         } else {
                           count_up(call.output<float>(0) + first, end - begin, size, inner);
                         }
                       });
          },
          0};
}

}  // namespace heed::onednn

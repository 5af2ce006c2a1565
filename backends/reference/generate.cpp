// Ops that make or choose values: iota, random bits, top-k.
#include <algorithm>
#include <cmath>

#include <heed/backends/reference/elements.h>
#include <heed/backends/reference/make.h>
#include <heed/ops/philox.h>

namespace heed::reference {

Kernel make_iota(const Iota& op, const KernelRequest&) {
  const TensorType type = op.type;
  std::int64_t inner = 1;
  for (int axis = op.axis + 1; axis < type.shape.rank(); ++axis) inner *= type.shape[axis];
  const std::int64_t size = type.shape[op.axis];
  Kernel kernel;
  kernel.run = [=](const KernelCall& call) {
    for (std::int64_t i = 0; i < type.shape.elements(); ++i) {
      store(type.dtype, call.outputs[0], i, from_double(type.dtype, static_cast<double>(i / inner % size)));
    }
  };
  return kernel;
}

Kernel make_random_bits(const RandomBits& op, const KernelRequest&) {
  const std::int64_t count = op.shape.elements();
  const std::uint32_t stream = op.stream;
  Kernel kernel;
  kernel.run = [=](const KernelCall& call) {
    const auto* key = call.input<std::uint32_t>(0);
    auto* bits = call.output<std::uint32_t>(0);
    for (std::int64_t i = 0; i < count; ++i) {
      const PhiloxCounter block =
          philox({static_cast<std::uint32_t>(i / 4), stream, key[2], key[3]}, {key[0], key[1]});
      bits[i] = block[static_cast<std::size_t>(i % 4)];
    }
  };
  return kernel;
}

namespace {

// Whether element a comes before element b among the largest: NaN first, then size, then position.
bool comes_before(double value_a, std::int32_t a, double value_b, std::int32_t b) {
  const bool nan_a = std::isnan(value_a);
  const bool nan_b = std::isnan(value_b);
  if (nan_a != nan_b) return nan_a;
  if (!nan_a && value_a != value_b) return value_a > value_b;
  return a < b;
}

}  // namespace

Kernel make_top_k(const TopK& op, const KernelRequest& request) {
  const TensorType type = request.inputs[0].type;
  const std::int64_t width = type.shape[-1];
  const std::int64_t rows = type.shape.without(-1).elements();
  const std::int64_t k = op.k;
  Kernel kernel;
  kernel.scratch_bytes = width * static_cast<std::int64_t>(sizeof(std::int32_t));
  kernel.run = [=](const KernelCall& call) {
    auto* order = reinterpret_cast<std::int32_t*>(call.scratch);
    for (std::int64_t row = 0; row < rows; ++row) {
      const auto value = [&](std::int32_t i) {
        return as_double(type.dtype, load(type.dtype, call.inputs[0], row * width + i));
      };
      for (std::int32_t i = 0; i < width; ++i) order[i] = i;
      std::partial_sort(order, order + k, order + width, [&](std::int32_t a, std::int32_t b) {
        return comes_before(value(a), a, value(b), b);
      });
      for (std::int64_t i = 0; i < k; ++i) {
        if (call.outputs[0])
          store(type.dtype, call.outputs[0], row * k + i,
                load(type.dtype, call.inputs[0], row * width + order[i]));
        if (call.outputs[1]) call.output<std::int32_t>(1)[row * k + i] = order[i];
      }
    }
  };
  return kernel;
}

}  // namespace heed::reference

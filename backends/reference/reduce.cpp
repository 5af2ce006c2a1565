// Reductions, accumulated in double (integers in 64 bits), one element at a time.
#include <algorithm>
#include <cmath>
#include <limits>

#include <heed/backends/reference/elements.h>
#include <heed/backends/reference/make.h>

namespace heed::reference {

namespace {

Scalar start_of(ReduceKind kind) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  using Whole = std::numeric_limits<std::int64_t>;
  switch (kind) {
    case ReduceKind::sum:
      return {0, 0};
    case ReduceKind::maximum:
      return {-infinity, Whole::min()};
    case ReduceKind::minimum:
      return {infinity, Whole::max()};
  }
  return {};
}

Scalar combine(ReduceKind kind, Scalar a, Scalar b) {
  const bool has_nan = std::isnan(a.real) || std::isnan(b.real);
  switch (kind) {
    case ReduceKind::sum:
      return {a.real + b.real, a.whole + b.whole};
    case ReduceKind::maximum:
      return {has_nan ? NAN : std::max(a.real, b.real), std::max(a.whole, b.whole)};
    case ReduceKind::minimum:
      return {has_nan ? NAN : std::min(a.real, b.real), std::min(a.whole, b.whole)};
  }
  return {};
}

// The lowest and highest values of the type itself stand for a reduction over nothing.
Scalar finished(ReduceKind kind, DType dtype, Scalar value, bool empty) {
  if (!empty || kind == ReduceKind::sum || is_floating(dtype)) return value;
  const bool lowest = kind == ReduceKind::maximum;
  if (dtype == DType::i32)
    return {0, lowest ? std::numeric_limits<std::int32_t>::min() : std::numeric_limits<std::int32_t>::max()};
  if (dtype == DType::u32) return {0, lowest ? 0 : std::int64_t{std::numeric_limits<std::uint32_t>::max()}};
  return value;
}

}  // namespace

Kernel make_reduce(const Reduce& op, const KernelRequest& request) {
  const TensorLayout in = request.inputs[0];
  const DType dtype = in.type.dtype;
  const ReduceKind kind = op.kind;
  // Where each input element goes: the output's strides along kept axes, 0 along reduced ones.
  Shape kept = in.type.shape;
  for (const std::int64_t axis : op.axes) kept = kept.with(static_cast<int>(axis), 1);
  Strides to = dense_strides(kept);
  for (const std::int64_t axis : op.axes) to[static_cast<std::size_t>(axis)] = 0;
  const std::int64_t outputs = kept.elements();

  Kernel kernel;
  kernel.scratch_bytes = outputs * static_cast<std::int64_t>(sizeof(Scalar));
  kernel.run = [=](const KernelCall& call) {
    auto* sums = reinterpret_cast<Scalar*>(call.scratch);
    std::fill_n(sums, outputs, start_of(kind));
    Walk<2> walk(in.type.shape, {&in.strides, &to});
    const std::int64_t elements = in.type.shape.elements();
    for (std::int64_t i = 0; i < elements; ++i, walk.next()) {
      const auto [from, at] = walk.offsets();
      sums[at] = combine(kind, sums[at], load(dtype, call.inputs[0], from));
    }
    for (std::int64_t i = 0; i < outputs; ++i) {
      store(dtype, call.outputs[0], i, finished(kind, dtype, sums[i], elements == 0));
    }
  };
  return kernel;
}

}  // namespace heed::reference

#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "heed/backends/onednn/layer_norm.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <heed/backends/onednn/axes.h>
#include <heed/backends/onednn/layer_norm.h>
#include <heed/backends/onednn/reduce_rows.h>
#include <heed/backends/onednn/vector-inl.h>

HWY_BEFORE_NAMESPACE();
namespace heed::onednn::HWY_NAMESPACE {

RowStatistics layer_norm_row(const NormRow& row) {
  const Floats d;
  const auto n = static_cast<std::size_t>(row.size);
  const float mean = row_sum(row.x, n) / static_cast<float>(row.size);
  const auto average = hn::Set(d, mean);
  auto even = hn::Zero(d), odd = hn::Zero(d);
  for (std::size_t i = 0; i < n; i += hn::Lanes(d)) {  // the lanes beyond a row's end are at its mean
    const auto centred = hn::Sub(load(d, row.x + i, n - i, mean), average);
    const auto sum = hn::MulAdd(centred, centred, even);
    even = odd;
    odd = sum;
  }
  const float variance = sum_of(d, hn::Add(even, odd)) / static_cast<float>(row.size);
  const float inverse = 1 / std::sqrt(variance + static_cast<float>(row.epsilon));
  if (row.result) {
    const auto scale = hn::Set(d, inverse);
    for (std::size_t i = 0; i < n; i += hn::Lanes(d)) {
      const std::size_t left = n - i;
      const auto normal = hn::Mul(hn::Sub(load(d, row.x + i, left), average), scale);
      const auto result = hn::Add(hn::Mul(normal, load(d, row.gain + i, left)), load(d, row.bias + i, left));
      store(result, d, row.result + i, left);
    }
  }
  return {mean, inverse};
}

void layer_norm_grad_row(const NormGradRow& row) {
  const Floats d;
  const auto n = static_cast<std::size_t>(row.size);
  const auto mean = hn::Set(d, row.mean);
  const auto inverse = hn::Set(d, row.inverse);
  auto scaled_sum = hn::Zero(d), product_sum = hn::Zero(d);
  for (std::size_t i = 0; i < n; i += hn::Lanes(d)) {
    const std::size_t left = n - i;
    const auto g = load(d, row.gradient + i, left);
    const auto normal = hn::Mul(hn::Sub(load(d, row.x + i, left, row.mean), mean), inverse);
    const auto scaled = hn::Mul(g, load(d, row.gain + i, left));
    scaled_sum = hn::Add(scaled_sum, scaled);
    product_sum = hn::MulAdd(scaled, normal, product_sum);
    store(hn::MulAdd(g, normal, load(d, row.grad_gain + i, left)), d, row.grad_gain + i, left);
    store(hn::Add(g, load(d, row.grad_bias + i, left)), d, row.grad_bias + i, left);
  }
  if (!row.grad_x) return;
  const auto count = static_cast<float>(row.size);
  const auto scaled_mean = hn::Set(d, sum_of(d, scaled_sum) / count);
  const auto product_mean = hn::Set(d, sum_of(d, product_sum) / count);
  for (std::size_t i = 0; i < n; i += hn::Lanes(d)) {
    const std::size_t left = n - i;
    const auto normal = hn::Mul(hn::Sub(load(d, row.x + i, left), mean), inverse);
    const auto scaled = hn::Mul(load(d, row.gradient + i, left), load(d, row.gain + i, left));
    const auto rest = hn::Sub(hn::Sub(scaled, scaled_mean), hn::Mul(normal, product_mean));
    store(hn::Mul(rest, inverse), d, row.grad_x + i, left);
  }
}

}  // namespace heed::onednn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace heed::onednn {

HWY_EXPORT(layer_norm_row);
HWY_EXPORT(layer_norm_grad_row);

host::Kernel make_layer_norm(const LayerNorm& op, const host::KernelRequest& request) {
  const Shape& shape = request.inputs[0].type.shape;
  const std::int64_t size = shape[-1];
  const std::int64_t rows = shape.without(-1).elements();
  const double epsilon = op.epsilon;
  return {[=](const host::KernelCall& call) {
            const auto run_row = [&](std::int64_t row) {
              float* result = call.outputs[0] ? call.output<float>(0) + row * size : nullptr;
              const auto statistics = HWY_DYNAMIC_DISPATCH(layer_norm_row)(
                  {call.input<float>(0) + row * size, call.input<float>(1), call.input<float>(2), size,
                   epsilon, result});
              if (call.outputs[1]) call.output<float>(1)[row] = statistics.mean;
              if (call.outputs[2]) call.output<float>(2)[row] = statistics.inverse;
            };
            for_ranges(call.pool, rows, rows_per_piece(size), [&](std::int64_t begin, std::int64_t end, int) {
              for (std::int64_t row = begin; row < end; ++row) run_row(row);
            });
          },
          0};
}

// Each piece of rows sums its part of the gradients of gain and bias in scratch; the parts are then added
// in order.
host::Kernel make_layer_norm_grad(const LayerNormGrad&, const host::KernelRequest& request) {
  constexpr std::int64_t most_pieces = 64;
  const Shape& shape = request.inputs[0].type.shape;
  const std::int64_t size = shape[-1];
  const std::int64_t rows = size == 0 ? 0 : shape.without(-1).elements();
  const std::int64_t step =
      std::max({std::int64_t{16}, ceil_div(rows, most_pieces), rows_per_piece(size, 8192)});
  const std::int64_t pieces = ceil_div(rows, step);
  const auto add = find_reduce_loops(ReduceKind::sum, DType::f32).fold_elements;
  const auto run_rows = [=](const host::KernelCall& call, std::int64_t begin, std::int64_t end) {
    float* parts = reinterpret_cast<float*>(call.scratch) + begin / step * 2 * size;
    std::fill_n(parts, 2 * size, 0.0f);
    for (std::int64_t row = begin; row < end; ++row) {
      const std::int64_t at = row * size;
      HWY_DYNAMIC_DISPATCH(layer_norm_grad_row)
      ({call.input<float>(0) + at, call.input<float>(1), call.input<float>(4) + at, size,
        call.input<float>(2)[row], call.input<float>(3)[row],
        call.outputs[0] ? call.output<float>(0) + at : nullptr, parts, parts + size});
    }
  };
  return {[=](const host::KernelCall& call) {
            for_ranges(call.pool, rows, step,
                       [&](std::int64_t begin, std::int64_t end, int) { run_rows(call, begin, end); });
            for (const std::size_t k : {1, 2}) {
              if (!call.outputs[k]) continue;
              std::fill_n(call.output<float>(k), size, 0.0f);
              const float* parts = reinterpret_cast<const float*>(call.scratch) + (k == 2 ? size : 0);
              for (std::int64_t i = 0; i < pieces; ++i)
                add(parts + i * 2 * size, size, call.output<float>(k));
            }
          },
          pieces * 2 * size * 4};
}

}  // namespace heed::onednn
#endif

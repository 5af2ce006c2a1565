#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "heed/backends/onednn/cross_entropy.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <heed/backends/onednn/axes.h>
#include <heed/backends/onednn/cross_entropy.h>
#include <heed/backends/onednn/exponentials-inl.h>

HWY_BEFORE_NAMESPACE();
namespace heed::onednn::HWY_NAMESPACE {

float row_log_sum_exp(const float* x, std::int64_t size) {
  const auto n = static_cast<std::size_t>(size);
  const float largest = row_maximum(x, n);
  const float shift = std::isfinite(largest) ? largest : 0.0f;
  return std::log(exp_row(x, n, 1, shift, nullptr)) + shift;
}

float row_total(const float* x, std::int64_t size) {
  return row_sum(x, static_cast<std::size_t>(size));
}

void cross_entropy_grad_row(const float* x, const GradientRow& row, float* out) {
  const Floats d;
  const auto n = static_cast<std::size_t>(row.size);
  const auto less = hn::Set(d, row.log_sum_exp);
  const auto gradient = hn::Set(d, row.gradient);
  const bool has_target = row.target >= 0 && row.target < row.size;
  const float logit = has_target ? x[row.target] : 0.0f;  // before `out`, which may be x, replaces it
  const auto share = hn::Set(d, row.share);
  for (std::size_t i = 0; i < n; i += hn::Lanes(d)) {
    const auto probability = exp_of(d, hn::Sub(load(d, x + i, n - i), less));
    store(hn::Mul(hn::Sub(probability, share), gradient), d, out + i, n - i);
  }
  if (!has_target) return;
  const auto probability = exp_of(d, hn::Sub(hn::Set(d, logit), less));
  out[row.target] = hn::GetLane(hn::Mul(hn::Sub(probability, hn::Set(d, row.wanted)), gradient));
}

}  // namespace heed::onednn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace heed::onednn {

HWY_EXPORT(row_log_sum_exp);
HWY_EXPORT(row_total);
HWY_EXPORT(cross_entropy_grad_row);

bool accepts_cross_entropy(const Op&, Types inputs, Types) {
  return inputs[0].dtype == DType::f32;
}

host::Kernel make_cross_entropy(const CrossEntropy& op, const host::KernelRequest& request) {
  const std::int64_t size = request.inputs[0].type.shape[-1];
  const std::int64_t rows = request.inputs[1].type.shape.elements();
  const auto certainty = static_cast<float>(1 - op.smoothing);
  const auto share = static_cast<float>(op.smoothing / static_cast<double>(size));
  return {[=](const host::KernelCall& call) {
            const auto run_row = [&](std::int64_t row) {
              const float* x = call.input<float>(0) + row * size;
              const std::int32_t target = call.input<std::int32_t>(1)[row];
              const float normaliser = HWY_DYNAMIC_DISPATCH(row_log_sum_exp)(x, size);
              float loss = normaliser - (target >= 0 && target < size ? x[target] : 0.0f) * certainty;
              if (share > 0) loss -= HWY_DYNAMIC_DISPATCH(row_total)(x, size) * share;
              if (call.outputs[0]) call.output<float>(0)[row] = loss;
              if (call.outputs[1]) call.output<float>(1)[row] = normaliser;
            };
            for_ranges(call.pool, rows, rows_per_piece(size), [&](std::int64_t begin, std::int64_t end, int) {
              for (std::int64_t row = begin; row < end; ++row) run_row(row);
            });
          },
          0};
}

host::Kernel make_cross_entropy_grad(const CrossEntropyGrad& op, const host::KernelRequest& request) {
  const std::int64_t size = request.inputs[0].type.shape[-1];
  const std::int64_t rows = request.inputs[1].type.shape.elements();
  const double part = op.smoothing / static_cast<double>(size);
  const auto share = static_cast<float>(part);
  const auto wanted = static_cast<float>(1 - op.smoothing + part);
  return {[=](const host::KernelCall& call) {
            const auto run_row = [&](std::int64_t row) {
              const float gradient = call.input<float>(3)[row];
              float* out = call.output<float>(0) + row * size;
              if (gradient == 0) {  // a row that does not count: padding
                std::fill_n(out, size, 0.0f);
                return;
              }
              HWY_DYNAMIC_DISPATCH(cross_entropy_grad_row)
              (call.input<float>(0) + row * size,
               {size, call.input<std::int32_t>(1)[row], call.input<float>(2)[row], gradient, share, wanted},
               out);
            };
            for_ranges(call.pool, rows, rows_per_piece(size), [&](std::int64_t begin, std::int64_t end, int) {
              for (std::int64_t row = begin; row < end; ++row) run_row(row);
            });
          },
          0};
}

}  // namespace heed::onednn
#endif

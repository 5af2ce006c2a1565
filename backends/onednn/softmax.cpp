#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "heed/backends/onednn/softmax.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <heed/backends/onednn/axes.h>
#include <heed/backends/onednn/exponentials-inl.h>
#include <heed/backends/onednn/softmax.h>

HWY_BEFORE_NAMESPACE();
namespace heed::onednn::HWY_NAMESPACE {

void softmax_rows(const float* x, float* out, std::int64_t rows, std::int64_t size) {
  const Floats d;
  const auto n = static_cast<std::size_t>(size);
  for (std::int64_t row = 0; row < rows; ++row) {
    const float* from = x + row * size;
    float* to = out + row * size;
    const float total = exp_row(from, n, 1, row_maximum(from, n), to);
    const auto inverse = hn::Set(d, 1 / total);
    for (std::size_t i = 0; i < n; i += hn::Lanes(d)) {
      store(hn::Mul(load(d, to + i, n - i), inverse), d, to + i, n - i);
    }
  }
}

}  // namespace heed::onednn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace heed::onednn {

HWY_EXPORT(softmax_rows);

bool accepts_softmax(const Op& op, Types inputs, Types) {
  const int rank = inputs[0].shape.rank();
  return inputs[0].dtype == DType::f32 &&
         normalize_axis(static_cast<const Softmax&>(op).axis, rank) == rank - 1;
}

host::Kernel make_softmax(const Softmax&, const host::KernelRequest& request) {
  const Shape& shape = request.inputs[0].type.shape;
  const std::int64_t size = shape[-1];
  const std::int64_t rows = size == 0 ? 0 : shape.without(-1).elements();
  return {[=](const host::KernelCall& call) {
            for_ranges(call.pool, rows, rows_per_piece(size), [&](std::int64_t begin, std::int64_t end, int) {
              HWY_DYNAMIC_DISPATCH(softmax_rows)
              (call.input<float>(0) + begin * size, call.output<float>(0) + begin * size, end - begin, size);
            });
          },
          0};
}

}  // namespace heed::onednn
#endif

#include <algorithm>
#include <limits>

#include <heed/ops/elementwise.h>
#include <heed/ops/matmul.h>
#include <heed/ops/pad.h>
#include <heed/ops/random.h>
#include <heed/ops/views.h>
#include <heed/ops/window.h>

namespace heed {

namespace {

// s - centre: [..., size].
Tensor distance(Tensor centre, std::int64_t size) {
  return cast(iota(centre.graph(), {DType::i32, {size}}, 0), centre.dtype()) - insert_axis(centre, -1);
}

}  // namespace

Tensor in_window(Tensor centre, std::int64_t size, double half_width, Where where) {
  const auto origin = centre.graph().at(where);
  return less_equal(absolute(distance(centre, size)), half_width);
}

Tensor gaussian_window(Tensor centre, std::int64_t size, double deviation, Where where) {
  const auto origin = centre.graph().at(where);
  return exp(square(distance(centre, size)) * (-0.5 / (deviation * deviation)));
}

Tensor location_scores(Tensor hidden, Tensor weight, std::int64_t size, Where where) {
  const auto origin = hidden.graph().at(where);
  const std::int64_t known = std::min(size, weight.shape()[0]);
  const Tensor scores = matmul(hidden, slice(weight, 0, 0, known), {.transpose_b = true});
  if (known == size) return scores;
  const Tensor nothing = broadcast_to(scalar_like(hidden, -std::numeric_limits<double>::infinity()),
                                      hidden.shape().with(-1, size - known));
  return concatenate(Tensors{scores, nothing}, -1);
}

}  // namespace heed

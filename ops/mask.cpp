#include <limits>

#include <heed/ops/elementwise.h>
#include <heed/ops/mask.h>
#include <heed/ops/random.h>
#include <heed/ops/reduce.h>
#include <heed/ops/views.h>

namespace heed {

Tensor is_within(Tensor lengths, std::int64_t size, Where where) {
  const auto origin = lengths.graph().at(where);
  return less(iota(lengths.graph(), {DType::i32, {size}}, 0), insert_axis(lengths, -1));
}

Tensor masked_softmax(Tensor x, Tensor visible, Where where) {
  const auto origin = x.graph().at(where);
  const Tensor scores = select(visible, x, -std::numeric_limits<double>::infinity());
  const Tensor largest = stop_gradient(reduce_max(scores, {-1}, true));
  const Tensor raised = exp(scores - select(is_finite(largest), largest, 0.0));
  const Tensor total = sum(raised, {-1}, true);
  return raised / select(greater(total, 0.0), total, 1.0);
}

}  // namespace heed

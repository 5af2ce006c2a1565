#include <heed/ops/elementwise.h>
#include <heed/ops/linear.h>
#include <heed/ops/matmul.h>

namespace heed {

Tensor linear(Tensor x, Tensor weight, Tensor bias, Where where) {
  const auto origin = x.graph().at(where);
  const Tensor product = matmul(x, weight);
  return bias ? product + bias : product;
}

}  // namespace heed

#include <fmt/format.h>

#include <heed/ops/elementwise.h>
#include <heed/ops/reduce.h>
#include <heed/ops/rms_norm.h>

namespace heed {

Tensor rms_norm(Tensor x, Tensor gain, double epsilon, Where where) {
  if (x.shape().rank() < 1 || gain.type() != TensorType{x.dtype(), {x.shape()[-1]}}) {
    throw ShapeError(
        fmt::format("rms_norm: needs rows and a gain as long as one\n  x     {}\n  gain  {}\n  at {}",
                    describe(x), describe(gain), describe(where)));
  }
  const auto origin = x.graph().at(where);
  return x * (1.0 / sqrt(mean(square(x), {-1}, true) + epsilon)) * gain;
}

}  // namespace heed

#include <heed/models/attention/attended.h>
#include <heed/ops/pad.h>

namespace heed {

Tensor of_all_steps(const std::vector<Attended>& steps, Tensor Attended::*part) {
  Tensors parts;
  for (const Attended& step : steps) parts.push_back(step.*part);
  return concatenate(parts, 1);
}

}  // namespace heed

// Evaluate: how code that knows no backend gets the value of a graph. The caller supplies one.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include <heed/graph/array.h>
#include <heed/graph/tensor.h>

namespace heed {

struct Feed {
  Tensor input;
  Array values;
};

// Values of `fetches` under the given feeds; variables have the values named in `feeds`, too, or their
// initial ones.
using Evaluate =
    std::function<std::vector<Array>(std::span<const Tensor> fetches, std::span<const Feed> feeds)>;

}  // namespace heed

// The inner loop of top-k, in vector code.
#pragma once

#include <cstdint>

namespace heed::onednn {

// Where in x[from..size) the first element stands that is larger than `bound` or NaN; `size` if none is.
std::int64_t find_larger(const float* x, std::int64_t from, std::int64_t size, float bound);

}  // namespace heed::onednn

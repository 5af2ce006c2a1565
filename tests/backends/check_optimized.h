// What optimisation must leave as it is.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <heed/backends/backend.h>

namespace heed::test {

// Optimised or not, on one backend the bits are the same. (Between a product of a transposed view and one of
// its dense copy they need not be: these are different calls.) Says where they differ; empty: nowhere.
std::string difference_when_optimized(std::uint32_t seed, const std::shared_ptr<Backend>& backend);

}  // namespace heed::test

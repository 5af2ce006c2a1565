// First values of variables.
#pragma once

#include <cstdint>
#include <string>

#include <heed/graph/array.h>
#include <heed/graph/initializer.h>

namespace heed {

// A function of the seed and the variable's full name alone. Throws Error for an orthogonal initializer of a
// tensor that is no row of square matrices.
Array initial_value(const TensorType& type, const Initializer& initializer, const std::string& name,
                    std::uint64_t seed);

}  // namespace heed

// What ops say when an operand has another type or shape than it must.
#pragma once

#include <string_view>

#include <heed/graph/shape.h>

namespace heed {

// Throws ShapeError unless `given` is `expected`.
void require_type(std::string_view name, const TensorType& expected, const TensorType& given);

}  // namespace heed

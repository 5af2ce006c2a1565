#include <fmt/format.h>

#include <heed/graph/error.h>
#include <heed/ops/require_type.h>

namespace heed {

void require_type(std::string_view name, const TensorType& expected, const TensorType& given) {
  if (given == expected) return;
  throw ShapeError(fmt::format("{} must be {}, not {}", name, to_string(expected), to_string(given)));
}

}  // namespace heed

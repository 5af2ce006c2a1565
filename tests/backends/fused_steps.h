// What the tests of fusion share: numbers whose sums round, and how often an op runs.
#pragma once

#include <string_view>
#include <vector>

#include <heed/backends/executable.h>

namespace heed::test {

inline Array waves(const Shape& shape) {
  std::vector<float> values(static_cast<std::size_t>(shape.elements()));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = 0.5f - 0.37f * static_cast<float>(i * 7 % 11);
  return Array(shape, values);
}

inline int steps_of(const Executable& executable, std::string_view op) {
  int count = 0;
  for (const Step& step : executable.plan().steps) count += step.op->name() == op;
  return count;
}

}  // namespace heed::test

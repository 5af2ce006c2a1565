// The rows of the op table on a device of Vulkan.
#include "../ops/op_runs.h"
#include <doctest/doctest.h>

using namespace heed;
using namespace heed::test;

TEST_CASE("every row agrees with the reference, forward and backward") {
  for (const OpCase& row : op_cases()) {
    CAPTURE(row.name);
    const std::vector<double> off = distances(open_backend("vulkan"), row);
    for (std::size_t i = 0; i < off.size(); ++i) {
      CAPTURE(i);
      CHECK(off[i] < row.tolerance);
    }
  }
}

// The rows of the op table on a device of Vulkan.
#include "../ops/op_runs.h"
#include <doctest/doctest.h>

using namespace heed;
using namespace heed::test;

TEST_CASE("every row agrees with the reference, forward and backward") {
  for (const OpCase& row : op_cases()) {
    CAPTURE(row.name);
    const Built exact = build(row, DType::f64);
    const Built built = build(row, DType::f32);
    const std::vector<Array> expected = run("reference", exact, everything(row, exact));
    const std::vector<Array> got = run("vulkan", built, everything(row, built));
    for (std::size_t i = 0; i < got.size(); ++i) {
      CAPTURE(i);
      CHECK(worst_distance(got[i], expected[i]) < row.tolerance);
    }
  }
}

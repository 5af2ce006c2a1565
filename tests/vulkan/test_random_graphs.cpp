// Random graphs on a device of Vulkan.
#include "../backends/check_optimized.h"
#include <doctest/doctest.h>

using namespace heed;

TEST_CASE("an optimised random graph gives the bits of one that was not optimised") {
  const auto backend = open_backend("vulkan");
  for (std::uint32_t seed = 1000; seed < 1100; ++seed)
    CHECK(test::difference_when_optimized(seed, backend) == "");
}

// Which dispatches wait for which.
#include <doctest/doctest.h>

#include <heed/backends/vulkan/hazards.h>

using heed::vulkan::Hazards;

TEST_CASE("a dispatch waits for what it reads, and for what it writes over") {
  Hazards hazards;
  CHECK_FALSE(hazards.next({{1, 0, 64, true}}));
  CHECK(hazards.next({{1, 32, 96, false}}));        // read after write
  CHECK(hazards.next({{1, 0, 128, true}}));         // write after read
  CHECK(hazards.next({{1, 127, 128, true}}));       // write after write
  CHECK_FALSE(hazards.next({{1, 0, 127, false}}));  // ended by the barrier before
}

TEST_CASE("dispatches on other bytes or other buffers, and those that only read, do not wait") {
  Hazards hazards;
  CHECK_FALSE(hazards.next({{1, 0, 64, true}, {2, 0, 64, false}}));
  CHECK_FALSE(hazards.next({{1, 64, 128, true}}));
  CHECK_FALSE(hazards.next({{3, 0, 64, true}}));
  CHECK_FALSE(hazards.next({{2, 0, 64, false}}));
  CHECK(hazards.next({{2, 63, 64, true}}));
}

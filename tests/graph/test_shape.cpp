#include <cmath>

#include <doctest/doctest.h>

#include <heed/graph/array.h>
#include <heed/graph/error.h>
#include <heed/graph/shape.h>

using namespace heed;

TEST_CASE("shapes broadcast from the last dimension") {
  CHECK(broadcast({3, 1, 5}, {4, 5}) == Shape{3, 4, 5});
  CHECK(broadcast({}, {2, 0}) == Shape{2, 0});
  CHECK(broadcast({1}, {0}) == Shape{0});
  CHECK(broadcasts_to({1, 5}, {7, 3, 5}));
  CHECK_FALSE(broadcasts_to({2, 5}, {7, 3, 5}));
  CHECK_THROWS_WITH_AS(broadcast({3, 2}, {4, 2}),
                       "shapes [3, 2] and [4, 2] do not broadcast: 3 and 4 at axis -2", ShapeError);
}

TEST_CASE("strides are row-major") {
  CHECK(dense_strides({2, 3, 4}) == Strides{12, 4, 1});
  CHECK(dense_strides({}).empty());
}

TEST_CASE("a shape refuses what it cannot hold") {
  CHECK_THROWS_AS((Shape{1, -1}), ShapeError);
  CHECK_THROWS_AS((Shape{1, 1, 1, 1, 1, 1, 1, 1, 1}), ShapeError);
  CHECK_THROWS_AS((Shape{1 << 30, 1 << 30, 1 << 30}.elements()), ShapeError);
  CHECK_THROWS_WITH((Shape{2, 3}[2]), "axis 2 is outside a tensor of rank 2");
}

TEST_CASE("16-bit floats round to nearest even and survive the round trip") {
  for (int bits = 0; bits < 65536; ++bits) {
    const Float16 half{static_cast<std::uint16_t>(bits)};
    const float value = to_float(half);
    if (std::isnan(value)) {
      CHECK(std::isnan(to_float(to_float16(value))));
      continue;
    }
    REQUIRE(to_float16(value).bits == half.bits);
  }
  CHECK(to_bfloat16(1.0f).bits == 0x3f80);
  CHECK(to_bfloat16(1.00390625f).bits == 0x3f80);  // halfway, to even
  CHECK(to_bfloat16(1.01171875f).bits == 0x3f82);  // halfway, to even
  CHECK(std::isnan(to_float(to_bfloat16(NAN))));
  CHECK(to_float16(65520.0f).bits == 0x7c00);  // overflows to infinity
}

// Under these sanitisers operator new ends the program where it would throw.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_CASE("an array that memory cannot hold is refused with its type and size") {
  CHECK_THROWS_WITH_AS(Array(DType::f32, Shape{std::int64_t{1} << 44, 4}),
                       "array: the host has no 262144.0 GiB of memory for f32[17592186044416, 4]", Error);
}
#endif

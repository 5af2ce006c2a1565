// Numbers of 16 bits are the same on the device as on the host, to the last bit.
#include <bit>
#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include <heed/backends/executable.h>
#include <heed/ops/elementwise.h>

using namespace heed;

namespace {

Array cast_on_device(const Array& values, DType to) {
  Graph graph;
  const Tensor fetches[] = {cast(graph.constant(values), to)};
  return evaluate_on(open_backend("vulkan"))(fetches, {}).front();
}

constexpr std::int64_t all_patterns = 65536;

bool is_nan(std::uint16_t bits) {
  return (bits & 0x7fffu) > 0x7c00u;
}

}  // namespace

TEST_CASE("every float16 is read as on the host") {
  std::vector<Float16> values;
  for (std::uint32_t bits = 0; bits < all_patterns; ++bits)
    values.push_back({static_cast<std::uint16_t>(bits)});
  const Array wide = cast_on_device(Array({all_patterns}, values), DType::f32);
  int wrong = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const float got = wide.values<float>()[i], expected = to_float(values[i]);
    if (is_nan(values[i].bits)
            ? !std::isnan(got)
            : std::bit_cast<std::uint32_t>(got) != std::bit_cast<std::uint32_t>(expected)) {
      ++wrong;
    }
  }
  CHECK(wrong == 0);
}

// Between each float16 and the next: the middle, which goes to the even one, and its neighbours.
TEST_CASE(
    "floats are rounded to float16 as on the host, beyond its range and below its smallest number, too") {
  std::vector<float> values{
      0.0f, -0.0f, 1e-10f, 65519.0f, 65520.0f, 1e30f, std::numeric_limits<float>::infinity()};
  for (std::uint16_t bits = 0; bits < 0x7c00u; bits += 3) {
    const std::uint32_t low = std::bit_cast<std::uint32_t>(to_float(Float16{bits}));
    const std::uint32_t high =
        std::bit_cast<std::uint32_t>(to_float(Float16{static_cast<std::uint16_t>(bits + 1)}));
    if (bits + 1 == 0x7c00u) break;
    const std::uint32_t middle = low + (high - low) / 2;
    for (const std::uint32_t near : {middle - 1, middle, middle + 1}) {
      values.push_back(std::bit_cast<float>(near));
      values.push_back(-values.back());
    }
  }
  const Array narrow = cast_on_device(Array({static_cast<std::int64_t>(values.size())}, values), DType::f16);
  int wrong = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (narrow.values<Float16>()[i].bits != to_float16(values[i]).bits) ++wrong;
  }
  CHECK(wrong == 0);
}

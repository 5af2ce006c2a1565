// Products larger than a tile, with edges that fill none, in the tiles of GPUs and of CPUs.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <heed/backends/executable.h>
#include <heed/backends/vulkan/vulkan_backend.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/matmul.h>
#include <heed/ops/philox.h>

using namespace heed;

namespace {

struct Sizes {
  std::int64_t rows, columns, inner;
};

Array numbers(const Shape& shape, std::uint32_t stream) {
  Array array(DType::f32, shape);
  for (std::int64_t i = 0; i < array.elements(); ++i)
    array.set_number(i, philox({static_cast<std::uint32_t>(i), stream, 1, 2}, {3, 4})[0] * 0x1p-31 - 1.0);
  return array;
}

// a b, with the transposes, added to c where asked for; in bf16 where `narrow`.
Array product(const std::shared_ptr<Backend>& backend, const Sizes& sizes, int transposed, bool accumulates,
              bool narrow) {
  Graph graph;
  const bool at = transposed == 2, bt = transposed == 1;
  const Shape a_shape = at ? Shape{2, sizes.inner, sizes.rows} : Shape{2, sizes.rows, sizes.inner};
  const Shape b_shape = bt ? Shape{2, sizes.columns, sizes.inner} : Shape{2, sizes.inner, sizes.columns};
  Tensor a = graph.constant(numbers(a_shape, 1)), b = graph.constant(numbers(b_shape, 2));
  if (narrow) {
    a = cast(a, DType::bf16);
    b = cast(b, DType::bf16);
  }
  MatmulOptions options{.transpose_a = at, .transpose_b = bt, .wide = narrow};
  if (accumulates) options.accumulate = graph.constant(numbers({2, sizes.rows, sizes.columns}, 3));
  const Tensor fetches[] = {matmul(a, b, options)};
  return evaluate_on(backend)(fetches, {}).front();
}

void check_products(const std::shared_ptr<Backend>& backend) {
  const auto reference = open_backend("reference");
  for (const Sizes& sizes :
       {Sizes{130, 70, 19}, {65, 129, 8}, {33, 34, 64}, {16, 17, 40}, {1, 200, 33}, {70, 1, 5}}) {
    for (int transposed = 0; transposed < 3; ++transposed) {
      for (const bool accumulates : {false, true}) {
        for (const bool narrow : {false, true}) {
          const Array expected = product(reference, sizes, transposed, accumulates, narrow);
          const Array got = product(backend, sizes, transposed, accumulates, narrow);
          double worst = 0;
          for (std::int64_t i = 0; i < got.elements(); ++i)
            worst = std::max(worst, std::abs(got.number(i) - expected.number(i)));
          CAPTURE(fmt::format("{} x {} x {}, transposed {}, accumulates {}, narrow {}", sizes.rows,
                              sizes.columns, sizes.inner, transposed, accumulates, narrow));
          CHECK(worst < 1e-5);
        }
      }
    }
  }
}

}  // namespace

TEST_CASE("products are right at every edge of a tile, on a CPU's tiles") {
  check_products(
      vulkan::open_as("vulkan", [](vulkan::DeviceTraits& device) { device.kind = vulkan::DeviceKind::cpu; }));
}

TEST_CASE("products are right at every edge of a tile, on a GPU's tiles") {
  check_products(vulkan::open_as(
      "vulkan", [](vulkan::DeviceTraits& device) { device.kind = vulkan::DeviceKind::discrete; }));
}

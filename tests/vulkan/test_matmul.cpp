// Products larger than a tile, with edges that fill none, in the tiles of GPUs and of CPUs.
#include "../conformance/check_products.h"
#include <doctest/doctest.h>

#include <heed/backends/vulkan/vulkan_backend.h>

using namespace heed;
using namespace heed::test;

namespace {

struct Sizes {
  std::int64_t rows, columns, inner;
};

void check_product(const std::shared_ptr<Backend>& backend, const ProductCase& product) {
  CAPTURE(to_string(product));
  CHECK(product_error(backend, product) < 1e-5);
}

// A driver compiles each variant of a tile anew, the large ones slowly: of those each kind of operand is
// tried, each way to lie and to accumulate, but not each of one with each of the others.
void check_products(const std::shared_ptr<Backend>& backend) {
  constexpr DType dtypes[] = {DType::f32, DType::bf16, DType::f16};
  for (const Sizes& sizes : {Sizes{130, 70, 19}, {65, 129, 8}}) {
    for (int i = 0; i < 3; ++i)
      check_product(backend, {sizes.rows, sizes.columns, sizes.inner, i, i != 1, dtypes[i]});
  }
  for (const Sizes& sizes : {Sizes{33, 34, 64}, {16, 17, 40}, {1, 200, 33}, {70, 1, 5}}) {
    for (int transposed = 0; transposed < 3; ++transposed) {
      for (const bool accumulates : {false, true}) {
        for (const DType dtype : dtypes)
          check_product(backend, {sizes.rows, sizes.columns, sizes.inner, transposed, accumulates, dtype});
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

// Where a device has the instructions, the cases above take them.
TEST_CASE("float16 products are right around emulated instructions for small matrices") {
  const auto backend = vulkan::open_as("vulkan", [](vulkan::DeviceTraits& device) {
    device.cooperative_khr = device.cooperative_nv = {};
    device.cooperative_emulated = {16, 16, 16};
  });
  for (const Sizes& sizes : {Sizes{130, 70, 19}, {65, 129, 40}, {16, 16, 16}, {33, 34, 64}}) {
    for (int transposed = 0; transposed < 3; ++transposed)
      check_product(backend,
                    {sizes.rows, sizes.columns, sizes.inner, transposed, transposed != 1, DType::f16});
  }
  check_product(backend, {16, 24, 64, 0, false, DType::f16});  // whole words of eight
}

TEST_CASE("products are right at every edge of a tile, without instructions for small matrices") {
  check_products(vulkan::open("vulkan", {"cooperative_khr", "cooperative_nv"}));
}

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

struct Variant {
  Sizes sizes;
  int transposed;  // 1: b, 2: a
  bool accumulates;
  DType dtype;  // of the operands; the product is f32
};

// a b, with the transposes, added to c where asked for.
Array product(const std::shared_ptr<Backend>& backend, const Variant& variant) {
  Graph graph;
  const auto [rows, columns, inner] = variant.sizes;
  const bool at = variant.transposed == 2, bt = variant.transposed == 1;
  const Shape a_shape = at ? Shape{2, inner, rows} : Shape{2, rows, inner};
  const Shape b_shape = bt ? Shape{2, columns, inner} : Shape{2, inner, columns};
  Tensor a = graph.constant(numbers(a_shape, 1)), b = graph.constant(numbers(b_shape, 2));
  const bool narrow = variant.dtype != DType::f32;
  if (narrow) {
    a = cast(a, variant.dtype);
    b = cast(b, variant.dtype);
  }
  MatmulOptions options{.transpose_a = at, .transpose_b = bt, .wide = narrow};
  if (variant.accumulates) options.accumulate = graph.constant(numbers({2, rows, columns}, 3));
  const Tensor fetches[] = {matmul(a, b, options)};
  return evaluate_on(backend)(fetches, {}).front();
}

void check_product(const std::shared_ptr<Backend>& backend, const Variant& variant) {
  const Array expected = product(open_backend("reference"), variant);
  const Array got = product(backend, variant);
  double worst = 0;
  for (std::int64_t i = 0; i < got.elements(); ++i)
    worst = std::max(worst, std::abs(got.number(i) - expected.number(i)));
  const auto& [sizes, transposed, accumulates, dtype] = variant;
  CAPTURE(fmt::format("{} x {} x {}, transposed {}, accumulates {}, {}", sizes.rows, sizes.columns,
                      sizes.inner, transposed, accumulates, name_of(dtype)));
  CHECK(worst < 1e-5);
}

// A driver compiles each variant of a tile anew, the large ones slowly: of those each kind of operand is
// tried, each way to lie and to accumulate, but not each of one with each of the others.
void check_products(const std::shared_ptr<Backend>& backend) {
  constexpr DType dtypes[] = {DType::f32, DType::bf16, DType::f16};
  for (const Sizes& sizes : {Sizes{130, 70, 19}, {65, 129, 8}}) {
    for (int i = 0; i < 3; ++i) check_product(backend, {sizes, i, i != 1, dtypes[i]});
  }
  for (const Sizes& sizes : {Sizes{33, 34, 64}, {16, 17, 40}, {1, 200, 33}, {70, 1, 5}}) {
    for (int transposed = 0; transposed < 3; ++transposed) {
      for (const bool accumulates : {false, true}) {
        for (const DType dtype : dtypes) check_product(backend, {sizes, transposed, accumulates, dtype});
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
      check_product(backend, {sizes, transposed, transposed != 1, DType::f16});
  }
  check_product(backend, {{16, 24, 64}, 0, false, DType::f16});  // whole words of eight
}

TEST_CASE("products are right at every edge of a tile, without instructions for small matrices") {
  check_products(vulkan::open("vulkan", {"cooperative_khr", "cooperative_nv"}));
}

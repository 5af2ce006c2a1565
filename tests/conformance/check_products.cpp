#include "check_products.h"

#include <cmath>

#include "checks.h"
#include <fmt/format.h>

#include <heed/backends/executable.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/matmul.h>
#include <heed/ops/philox.h>

namespace heed::test {

namespace {

Array numbers(const Shape& shape, std::uint32_t stream) {
  Array array(DType::f32, shape);
  for (std::int64_t i = 0; i < array.elements(); ++i)
    array.set_number(i, philox({static_cast<std::uint32_t>(i), stream, 1, 2}, {3, 4})[0] * 0x1p-31 - 1.0);
  return array;
}

// a b in a batch of two, with the transposes, added to c where asked for.
Array product_on(const std::shared_ptr<Backend>& backend, const ProductCase& product) {
  Graph graph;
  const auto [rows, columns, inner, transposed, accumulates, dtype] = product;
  const bool at = transposed == 2, bt = transposed == 1;
  const Shape a_shape = at ? Shape{2, inner, rows} : Shape{2, rows, inner};
  const Shape b_shape = bt ? Shape{2, columns, inner} : Shape{2, inner, columns};
  Tensor a = graph.constant(numbers(a_shape, 1)), b = graph.constant(numbers(b_shape, 2));
  const bool narrow = dtype != DType::f32;
  if (narrow) {
    a = cast(a, dtype);
    b = cast(b, dtype);
  }
  MatmulOptions options{.transpose_a = at, .transpose_b = bt, .wide = narrow};
  if (accumulates) options.accumulate = graph.constant(numbers({2, rows, columns}, 3));
  const Tensor fetches[] = {matmul(a, b, options)};
  return evaluate_on(backend)(fetches, {}).front();
}

}  // namespace

std::string to_string(const ProductCase& product) {
  return fmt::format("{} x {} x {}, transposed {}, accumulates {}, {}", product.rows, product.columns,
                     product.inner, product.transposed, product.accumulates, name_of(product.dtype));
}

double product_error(const std::shared_ptr<Backend>& backend, const ProductCase& product) {
  const Array expected = product_on(open_backend("reference"), product);
  const Array got = product_on(backend, product);
  double worst = 0;
  for (std::int64_t i = 0; i < got.elements(); ++i) {
    const double error = std::abs(got.number(i) - expected.number(i));
    if (!(error <= worst)) worst = error;  // a NaN is the worst
  }
  return worst;
}

bool has_products(const Backend& backend, DType dtype) {
  const TensorType operands[] = {{dtype, {2, 2}}, {dtype, {2, 2}}}, result[] = {{DType::f32, {2, 2}}};
  return backend.claims(Matmul(false, false, dtype != DType::f32), operands, result);
}

// Sizes that fill tiles, leave edges, and are so large that a device may take other instructions.
std::string check_products(const std::shared_ptr<Backend>& backend, DType dtype) {
  std::vector<ProductCase> products;
  for (int transposed = 0; transposed < 3; ++transposed) {
    products.push_back({64, 64, 64, transposed, false, dtype});
    products.push_back({50, 100, 43, transposed, true, dtype});
    products.push_back({20, 17, 33, transposed, transposed == 1, dtype});
  }
  if (dtype == DType::f16) products.push_back({1024, 1024, 40, 0, false, dtype});
  for (const ProductCase& product : products) {
    const double error = product_error(backend, product);
    if (!(error < 2e-5)) return fmt::format("{}: off by {:.2g}", to_string(product), error);
  }
  return {};
}

}  // namespace heed::test

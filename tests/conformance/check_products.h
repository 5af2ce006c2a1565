// Products of matrices at given sizes, against the reference backend.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <heed/backends/backend.h>

namespace heed::test {

struct ProductCase {
  std::int64_t rows, columns, inner;
  int transposed = 0;  // 1: b, 2: a
  bool accumulates = false;
  DType dtype = DType::f32;  // of the operands; the product is f32
};
std::string to_string(const ProductCase& product);

// The largest difference of an element.
double product_error(const std::shared_ptr<Backend>& backend, const ProductCase& product);

}  // namespace heed::test

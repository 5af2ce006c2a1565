#include <cmath>
#include <numbers>
#include <numeric>
#include <span>
#include <vector>

#include <fmt/format.h>

#include <heed/backends/initial_value.h>
#include <heed/graph/error.h>
#include <heed/ops/philox.h>

namespace heed {

namespace {

// A uniform double in (0, 1) from 32 random bits: never an end point, so that its logarithm is finite.
double unit(std::uint32_t bits) {
  return (static_cast<double>(bits) + 0.5) * 0x1p-32;
}

// The random numbers of one variable, by index.
class Draws {
 public:
  Draws(const std::string& name, std::uint64_t seed)
      : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)},
        stream_(stream_of(name)) {}

  double uniform(std::int64_t i) const { return unit(bits(i)[0]); }
  double normal(std::int64_t i) const {
    const PhiloxCounter words = bits(i);
    const double radius = std::sqrt(-2 * std::log(unit(words[0])));  // Box and Muller 1958
    return radius * std::cos(2 * std::numbers::pi * unit(words[1]));
  }

 private:
  PhiloxCounter bits(std::int64_t i) const {
    return philox(
        {static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(i >> 32), stream_, stream_of("initial")},
        key_);
  }
  PhiloxKey key_;
  std::uint32_t stream_;
};

// Makes `row` orthogonal to the `count` unit rows before it, and of length 1.
void straighten(std::span<double> matrix, std::size_t n, std::size_t count) {
  const auto row = matrix.subspan(count * n, n);
  for (int pass = 0; pass < 2; ++pass) {  // the second removes what rounding left
    for (std::size_t k = 0; k < count; ++k) {
      const auto before = matrix.subspan(k * n, n);
      const double share = std::inner_product(row.begin(), row.end(), before.begin(), 0.0);
      for (std::size_t i = 0; i < n; ++i) row[i] -= share * before[i];
    }
  }
  const double length = std::sqrt(std::inner_product(row.begin(), row.end(), row.begin(), 0.0));
  for (double& value : row) value /= length;
}

// Gram and Schmidt on normal numbers: R's diagonal is positive, so the matrices are drawn evenly (Mezzadri
// 2007).
void fill_orthogonal(Array& values, const Draws& draws, const std::string& name) {
  const Shape& shape = values.shape();
  if (shape.rank() != 2 || shape[0] == 0 || shape[1] % shape[0] != 0) {
    throw Error(fmt::format("{} cannot begin orthogonal: it is {}, and not square matrices side by side",
                            name, to_string(values.type())));
  }
  const auto n = static_cast<std::size_t>(shape[0]);
  std::vector<double> matrix(n * n);
  for (std::int64_t block = 0; block < shape[1] / shape[0]; ++block) {
    const std::int64_t first = block * shape[0] * shape[0];
    for (std::size_t i = 0; i < n * n; ++i) matrix[i] = draws.normal(first + static_cast<std::int64_t>(i));
    for (std::size_t row = 0; row < n; ++row) straighten(matrix, n, row);
    for (std::size_t i = 0; i < n * n; ++i) {
      const auto row = static_cast<std::int64_t>(i / n), column = static_cast<std::int64_t>(i % n);
      values.set_number(row * shape[1] + block * shape[0] + column, matrix[i]);
    }
  }
}

}  // namespace

Array initial_value(const TensorType& type, const Initializer& initializer, const std::string& name,
                    std::uint64_t seed) {
  using Kind = Initializer::Kind;
  if (initializer.kind == Kind::array) return *initializer.values;
  Array values(type.dtype, type.shape);
  const Draws draws(name, seed);
  if (initializer.kind == Kind::orthogonal) {
    fill_orthogonal(values, draws, name);
    return values;
  }
  const auto number = [&](std::int64_t i) {
    if (initializer.kind == Kind::constant) return initializer.a;
    if (initializer.kind == Kind::normal) return initializer.a + initializer.b * draws.normal(i);
    return initializer.a + (initializer.b - initializer.a) * draws.uniform(i);
  };
  for (std::int64_t i = 0; i < values.elements(); ++i) values.set_number(i, number(i));
  return values;
}

}  // namespace heed

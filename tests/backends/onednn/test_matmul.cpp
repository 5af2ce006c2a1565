#include <algorithm>
#include <cmath>
#include <limits>

#include <heed/graph/graph.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/matmul.h>
#include <heed/tests/backends/onednn/harness.h>

using namespace heed;
using namespace heed::onednn::testing;

namespace {

// Both operands as [batch, rows, columns], with a batch of 1 repeating.
double entry(const Value& a, const Value& b, bool ta, bool tb, std::int64_t index, const Shape& result) {
  const std::int64_t n = result[-1], m = result[-2];
  const std::int64_t column = index % n, row = index / n % m, matrix = index / (n * m);
  const auto batch_of = [&](const Value& v) {
    return v.shape().rank() > 2 && v.shape()[0] > 1 ? matrix * v.shape()[-1] * v.shape()[-2] : 0;
  };
  const std::int64_t inner = a.shape()[ta ? -2 : -1];
  double sum = 0;
  for (std::int64_t k = 0; k < inner; ++k) {
    sum += a.f(batch_of(a) + (ta ? k * m + row : row * inner + k)) *
           b.f(batch_of(b) + (tb ? column * inner + k : k * n + column));
  }
  return sum;
}

Shape matrix(bool transpose, std::int64_t rows, std::int64_t columns) {
  return transpose ? Shape{columns, rows} : Shape{rows, columns};
}

struct Size {
  std::int64_t m, n, k;
};

struct Operands {
  Value a, b;
};

// The operands of a product, transposed in memory where the flags say so; `change` is applied before.
template <typename Change>
Operands operands(const Size& s, bool ta, bool tb, bool strided, const Change& change) {
  const auto make = [&](bool transpose, std::int64_t rows, std::int64_t columns, int seed) {
    if (!strided) return change(random(matrix(transpose, rows, columns), seed));
    return transposed(change(random(matrix(!transpose, rows, columns), seed)));
  };
  return {make(ta, s.m, s.k, 1), make(tb, s.k, s.n, 2)};
}

}  // namespace

TEST_CASE("products are right for all transposes, sizes and layouts") {
  for (const Size& s : {Size{1, 1, 1},
                        {3, 17, 5},
                        {1, 1000, 33},
                        {1000, 1, 17},
                        {65, 130, 1},
                        {257, 129, 64},
                        {500, 300, 200},
                        {2, 3, 0},
                        {0, 3, 2},
                        {3, 0, 2}}) {
    for (int flags = 0; flags < 8; ++flags) {
      const bool ta = flags & 1, tb = flags & 2, strided = flags & 4;
      CAPTURE(s.m);
      CAPTURE(s.n);
      CAPTURE(s.k);
      CAPTURE(flags);
      const Operands both = operands(s, ta, tb, strided, [](const Value& x) { return x; });
      const Value &a = both.a, &b = both.b;
      const Value c = random({s.m, s.n}, 3);
      const Matmul op(ta, tb);
      const Value product = run(op, {a, b})[0];
      if (s.m * s.n * s.k < 1000000) {
        check_near(
            product, [&](std::int64_t i) { return entry(a, b, ta, tb, i, product.shape()); }, 1e-5, 2e-4);
      }
      const Value sum = run(op, {a, b, c})[0];
      check_near(
          sum, [&](std::int64_t i) { return product.f(i) + c.f(i); }, 1e-5, 2e-4);
      CHECK(same_bits(sum, run(op, {a, b, c}, {{{0, 2}}})[0]));
    }
  }
}

TEST_CASE("large products are right where their blocks meet and end") {
  for (const Size& s : {Size{64, 64, 64}, {65, 127, 257}, {300, 1100, 600}, {1030, 65, 513}}) {
    for (int flags = 0; flags < 4; ++flags) {
      const bool ta = flags & 1, tb = flags & 2;
      CAPTURE(s.m);
      CAPTURE(s.n);
      CAPTURE(s.k);
      CAPTURE(flags);
      const Value a = random(matrix(ta, s.m, s.k), 1);
      const Value b = random(matrix(tb, s.k, s.n), 2);
      const Value c = random({s.m, s.n}, 3);
      const Value product = run(Matmul(ta, tb), {a, b})[0];
      const Value sum = run(Matmul(ta, tb), {a, b, c})[0];
      double worst = 0;
      const std::int64_t elements = s.m * s.n;
      for (std::int64_t at = 0; at < elements;
           at += at + s.n >= elements ? 1 : 101) {  // and all of the last row
        const double right = entry(a, b, ta, tb, at, product.shape());
        worst = std::max(worst, std::abs(product.f(at) - right));
        worst = std::max(worst, std::abs(sum.f(at) - (right + c.f(at))));
      }
      CHECK(worst < 1e-6 * static_cast<double>(s.k));
    }
  }
}

namespace {

// The largest error of a sample of a product's elements, in units of the sum of its terms' sizes.
double relative_error(const Value& product, const Value& a, const Value& b) {
  const std::int64_t n = b.shape()[-1], inner = a.shape()[-1];
  double worst = 0;
  for (std::int64_t at = 0; at < product.shape().elements(); at += 97) {
    double sum = 0, size = 0;
    for (std::int64_t k = 0; k < inner; ++k) {
      const double term = a.f(at / n * inner + k) * b.f(k * n + at % n);
      sum += term;
      size += std::abs(term);
    }
    worst = std::max(worst, std::abs(product.f(at) - sum) / size);
  }
  return worst;
}

// Random numbers whose sizes differ by powers of two, up to 2^spread either way, times `scale`.
Value of_many_sizes(const Shape& shape, unsigned seed, int spread, float scale) {
  const Value value = random(shape, seed, 1, 2), sizes = random_integers(shape, seed + 1, -spread, spread);
  const Value signs = random(shape, seed + 2);
  auto* numbers = reinterpret_cast<float*>(value.data());
  for (std::int64_t i = 0; i < shape.elements(); ++i)
    numbers[i] = std::copysign(std::ldexp(numbers[i] * scale, sizes.at<int>(i)), signs.at<float>(i));
  return value;
}

}  // namespace

TEST_CASE("products have the precision of f32, whatever the sizes of their operands") {
  for (const int spread : {0, 4, 30}) {
    for (const float scale : {1e-18f, 1.0f, 1e9f}) {
      CAPTURE(spread);
      CAPTURE(scale);
      const Value a = of_many_sizes({96, 700}, 1, spread, scale);
      const Value b = of_many_sizes({700, 100}, 4, spread, 1);
      CHECK(relative_error(run(Matmul(false, false), {a, b})[0], a, b) < 1e-6);
      CHECK(relative_error(run(Matmul(false, false), {a, b}, {.lasting = {false, true}})[0], a, b) < 1e-6);
    }
  }
}

TEST_CASE("products of infinite, huge and undefined numbers are what each term says") {
  constexpr float infinite = std::numeric_limits<float>::infinity();
  constexpr float undefined = std::numeric_limits<float>::quiet_NaN();
  constexpr float largest = std::numeric_limits<float>::max();
  for (const float wild : {infinite, -infinite, undefined, largest, -largest}) {
    for (const bool in_a : {false, true}) {
      CAPTURE(wild);
      CAPTURE(in_a);
      const Value a = random({100, 600}, 1, 1e-4f, 1e-3f), b = random({600, 70}, 2, 1e-4f, 1e-3f);
      reinterpret_cast<float*>(in_a ? a.data() : b.data())[in_a ? 40 * 600 + 550 : 550 * 70 + 33] = wild;
      const Value product = run(Matmul(false, false), {a, b})[0];
      check_near(
          product, [&](std::int64_t i) { return entry(a, b, false, false, i, product.shape()); }, 1e-5, 0);
    }
  }
}

TEST_CASE("thin products with a matrix that lasts are right where their blocks meet and end") {
  for (const std::int64_t rows : {1, 3, 14, 17, 65, 127, 256}) {
    for (const bool transposed_b : {false, true}) {
      CAPTURE(rows);
      CAPTURE(transposed_b);
      const std::int64_t columns = rows == 3 ? 1100 : 127, inner = rows == 17 ? 513 : 65;
      const Value a = random({rows, inner}, 1), b = random(matrix(transposed_b, inner, columns), 2);
      const Value c = random({rows, columns}, 3);
      const Matmul op(false, transposed_b);
      const Value product = run(op, {a, b}, {.lasting = {false, true}})[0];
      const Value sum = run(op, {a, b, c}, {.lasting = {false, true, false}})[0];
      check_near(
          product, [&](std::int64_t i) { return entry(a, b, false, transposed_b, i, product.shape()); }, 1e-5,
          2e-4);
      check_near(
          sum, [&](std::int64_t i) { return product.f(i) + c.f(i); }, 1e-5, 2e-4);
      CHECK(same_bits(sum, run(op, {a, b, c}, {{{0, 2}}, {}, {false, true, false}})[0]));
    }
  }
}

TEST_CASE("wide products of bf16 operands are right for all transposes, sizes and layouts") {
  const auto narrow = [](const Value& x) {
    Graph graph;
    const Tensor input = graph.input("x", DType::f32, x.shape());
    return run(*graph.node(cast(input, DType::bf16).node()).op, {x})[0];
  };
  for (const Size& s : {Size{1, 1, 1},
                        {3, 17, 5},
                        {1, 127, 33},
                        {127, 1, 17},
                        {65, 130, 1},
                        {257, 129, 64},
                        {300, 65, 127},
                        {2, 3, 0},
                        {0, 3, 2}}) {
    for (int flags = 0; flags < 8; ++flags) {
      const bool ta = flags & 1, tb = flags & 2, strided = flags & 4;
      CAPTURE(s.m);
      CAPTURE(s.n);
      CAPTURE(s.k);
      CAPTURE(flags);
      const Operands both = operands(s, ta, tb, strided, narrow);
      const Value &a = both.a, &b = both.b;
      const Value c = random({s.m, s.n}, 3);
      const Matmul op(ta, tb, true);
      const Value product = run(op, {a, b})[0];
      CHECK(product.layout.type.dtype == DType::f32);
      check_near(
          product, [&](std::int64_t i) { return entry(a, b, ta, tb, i, product.shape()); }, 1e-5, 1e-4);
      const Value sum = run(op, {a, b, c})[0];
      check_near(
          sum, [&](std::int64_t i) { return product.f(i) + c.f(i); }, 1e-5, 1e-4);
      CHECK(same_bits(sum, run(op, {a, b, c}, {{{0, 2}}})[0]));
    }
  }
  const Value many = narrow(random({6, 5, 7}, 1)), other = narrow(random({6, 7, 4}, 2));
  const Value product = run(Matmul(false, false, true), {many, other})[0];
  check_near(
      product, [&](std::int64_t i) { return entry(many, other, false, false, i, product.shape()); }, 1e-5,
      1e-5);
}

TEST_CASE("batches broadcast on either side and a plain matrix makes one tall product") {
  const Matmul op(false, false);
  const Value many = random({6, 5, 7}, 1);
  const Value one = random({7, 4}, 2);
  const Value single = random({1, 7, 4}, 3);
  const Value left = random({3, 5}, 4);
  const auto check = [&](const Value& a, const Value& b) {
    const Value product = run(op, {a, b})[0];
    check_near(
        product, [&](std::int64_t i) { return entry(a, b, false, false, i, product.shape()); }, 1e-5, 1e-5);
  };
  check(many, one);
  check(many, single);
  check(many, random({6, 7, 4}, 5));
  check(left, many);
  const Value wide = run(op, {random({2, 1, 3, 5}, 6), random({4, 5, 2}, 7)})[0];
  CHECK(wide.shape() == Shape{2, 4, 3, 2});
  const Value heads = view(random({2, 9, 3, 8}, 8), {2, 3, 9, 8}, {216, 8, 24, 1});
  const Value scores = run(Matmul(false, true), {heads, heads})[0];
  check_near(
      scores,
      [&](std::int64_t i) {
        double sum = 0;
        for (int k = 0; k < 8; ++k) sum += heads.f(i / 9 * 8 + k) * heads.f(i / 81 * 72 + i % 9 * 8 + k);
        return sum;
      },
      1e-5, 1e-5);
}

TEST_CASE("layouts that oneDNN cannot read are copied first") {
  const Value repeated = view(random({40}, 1), {30, 40}, {0, 1});
  const Value gaps = view(random({40 * 60}, 2), {40, 20}, {60, 3});
  const Value product = run(Matmul(false, false), {repeated, gaps})[0];
  check_near(
      product,
      [&](std::int64_t i) {
        return entry(repeated, gaps, false, false, i, {30, 20});
      },
      1e-5, 1e-5);
}

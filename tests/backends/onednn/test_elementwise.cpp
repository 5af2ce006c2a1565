#include <functional>
#include <limits>

#include <heed/ops/elementwise.h>
#include <heed/tests/backends/onednn/harness.h>

using namespace heed;
using namespace heed::onednn::testing;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

Elementwise unary(ScalarOp op, DType from = DType::f32, DType to = DType::f32) {
  ScalarBuilder b;
  const Register x = b.input(from);
  const Register result = op == ScalarOp::convert ? b.emit(op, to, x) : b.emit(op, x);
  return Elementwise(b.finish({result}));
}

Elementwise binary(ScalarOp op, DType dtype = DType::f32) {
  ScalarBuilder b;
  const Register x = b.input(dtype);
  const Register y = b.input(dtype);
  return Elementwise(b.finish({b.emit(op, x, y)}));
}

}  // namespace

TEST_CASE("functions of one number are right for small, large and special arguments") {
  struct Row {
    ScalarOp op;
    double (*expected)(double);
    double tolerance;
  };
  const Row rows[] = {
      {ScalarOp::exp, std::exp, 3e-7}, {ScalarOp::log, std::log, 5e-7},   {ScalarOp::tanh, std::tanh, 6e-7},
      {ScalarOp::erf, std::erf, 3e-7}, {ScalarOp::sqrt, std::sqrt, 1e-7}, {ScalarOp::sin, std::sin, 1e-6},
      {ScalarOp::cos, std::cos, 1e-6}, {ScalarOp::floor, std::floor, 0},  {ScalarOp::absolute, std::fabs, 0},
  };
  std::vector<float> x{0,    -0.0f, infinity, -infinity, NAN,    1e-30f, -1e-30f, 88, 88.7f, 89,   -87,
                       -103, -104,  -200,     1e30f,     -1e30f, 9,      -9,      19, -19,   1e5f, 40000};
  for (int i = 0; i < 4001; ++i) x.push_back(static_cast<float>(i - 2000) * 0.0071f);
  const Value input = values<float>({static_cast<std::int64_t>(x.size())}, x);
  for (const Row& row : rows) {
    CAPTURE(name_of(row.op));
    const Value result = run(unary(row.op), {input})[0];
    const bool angle = row.op == ScalarOp::sin || row.op == ScalarOp::cos;
    check_near(
        result,
        [&](std::int64_t i) {
          const double want = row.expected(input.f(i));
          return static_cast<double>(static_cast<float>(want));
        },
        row.tolerance, angle ? 2e-6 : 1e-37);
  }
}

TEST_CASE("operands broadcast and are read through any strides") {
  const std::int64_t sizes[] = {1, 3, 17, 250, 256, 1030};
  for (const std::int64_t rows : {1, 3, 40}) {
    for (const std::int64_t columns : sizes) {
      CAPTURE(rows);
      CAPTURE(columns);
      const Value a = random({rows, columns}, 1);
      const Value row = random({columns}, 2);
      const Value column = random({rows, 1}, 3);
      const Value turned = transposed(random({columns, rows}, 4));
      const Elementwise add = binary(ScalarOp::add);
      check_near(
          run(add, {a, row})[0], [&](std::int64_t i) { return a.f(i) + row.f(i % columns); }, 1e-6);
      check_near(
          run(add, {column, a})[0], [&](std::int64_t i) { return a.f(i) + column.f(i / columns); }, 1e-6);
      check_near(
          run(add, {a, turned})[0], [&](std::int64_t i) { return a.f(i) + turned.f(i); }, 1e-6);
      check_near(
          run(add, {row, column})[0],
          [&](std::int64_t i) { return row.f(i % columns) + column.f(i / columns); }, 1e-6);
    }
  }
  const Value scalar = random({}, 5);
  check_near(run(binary(ScalarOp::add), {scalar, scalar})[0], [&](std::int64_t) { return 2 * scalar.f(0); });
  CHECK(run(binary(ScalarOp::add), {empty(DType::f32, {0, 3}), random({3}, 1)})[0].shape() == Shape{0, 3});
}

TEST_CASE("minimum and maximum give NaN beside NaN, comparisons false") {
  const Value a = values<float>({4}, {1, NAN, 2, -infinity});
  const Value b = values<float>({4}, {NAN, 1, 3, 0});
  const Value low = run(binary(ScalarOp::minimum), {a, b})[0];
  const Value high = run(binary(ScalarOp::maximum), {a, b})[0];
  CHECK((std::isnan(low.f(0)) && std::isnan(low.f(1)) && low.f(2) == 2 && low.f(3) == -infinity));
  CHECK((std::isnan(high.f(0)) && std::isnan(high.f(1)) && high.f(2) == 3 && high.f(3) == 0));
  const Value below = run(binary(ScalarOp::less_equal), {a, b})[0];
  CHECK((!below.at<bool>(0) && !below.at<bool>(1) && below.at<bool>(2) && below.at<bool>(3)));
}

TEST_CASE("integers wrap, divide toward zero and shift") {
  const int lowest = std::numeric_limits<int>::min();
  const Value a = values<int>({5}, {7, -7, lowest, 5, 1 << 30});
  const Value b = values<int>({5}, {2, 2, -1, 0, 4});
  const Value quotient = run(binary(ScalarOp::divide, DType::i32), {a, b})[0];
  const int quotients[] = {3, -3, lowest, 0, 1 << 28};
  for (int i = 0; i < 5; ++i) CHECK(quotient.at<int>(i) == quotients[i]);
  const Value rest = run(binary(ScalarOp::remainder, DType::i32), {a, b})[0];
  const int rests[] = {1, -1, 0, 0, 0};
  for (int i = 0; i < 5; ++i) CHECK(rest.at<int>(i) == rests[i]);
  CHECK(run(binary(ScalarOp::multiply, DType::i32), {a, b})[0].at<int>(4) == 0);

  std::vector<std::uint32_t> words, others;
  for (std::uint32_t i = 0; i < 1003; ++i) {
    words.push_back(i * 2654435761u);
    others.push_back(i * 40503u + (i << 27));
  }
  const Value x = values<std::uint32_t>({1003}, words);
  const Value y = values<std::uint32_t>({1003}, others);
  const auto check = [&](ScalarOp op, const std::function<std::uint32_t(std::uint32_t, std::uint32_t)>& f) {
    CAPTURE(name_of(op));
    const Value result = run(binary(op, DType::u32), {x, y})[0];
    bool alike = true;
    for (int i = 0; i < 1003; ++i)
      alike &= result.at<std::uint32_t>(i) == f(x.at<std::uint32_t>(i), y.at<std::uint32_t>(i));
    CHECK(alike);
  };
  check(ScalarOp::multiply_high,
        [](auto p, auto q) { return static_cast<std::uint32_t>(std::uint64_t{p} * q >> 32); });
  check(ScalarOp::bit_xor, [](auto p, auto q) { return p ^ q; });
  check(ScalarOp::minimum, [](auto p, auto q) { return std::min(p, q); });
  check(ScalarOp::shift_left, [](auto p, auto q) { return q > 31 ? 0 : p << q; });
  check(ScalarOp::shift_right, [](auto p, auto q) { return q > 31 ? 0 : p >> q; });
}

TEST_CASE("conversions go between all lane types") {
  const Value x = values<float>({6}, {0, 1.5f, -2.75f, 3e9f, NAN, 1.00390625f});
  const Value integers = run(unary(ScalarOp::convert, DType::f32, DType::i32), {x})[0];
  CHECK((integers.at<int>(1) == 1 && integers.at<int>(2) == -2 && integers.at<int>(4) == 0));
  const Value words = run(unary(ScalarOp::convert, DType::f32, DType::u32), {x})[0];
  CHECK(words.at<std::uint32_t>(3) == 3000000000u);
  const Value back = run(unary(ScalarOp::convert, DType::u32, DType::f32), {words})[0];
  CHECK(back.f(3) == 3e9f);
  const Value truth = run(unary(ScalarOp::convert, DType::f32, DType::boolean), {x})[0];
  CHECK((!truth.at<bool>(0) && truth.at<bool>(1)));
  CHECK(run(unary(ScalarOp::convert, DType::boolean, DType::f32), {truth})[0].f(1) == 1);
  const Value half = run(unary(ScalarOp::convert, DType::f32, DType::bf16), {x})[0];
  for (int i = 0; i < 6; ++i) CHECK(half.at<std::uint16_t>(i) == to_bfloat16(x.at<float>(i)).bits);
  CHECK(run(unary(ScalarOp::convert, DType::bf16, DType::f32), {half})[0].f(2) == -2.75);
  CHECK_FALSE(
      onednn::kernels()
          .find(unary(ScalarOp::exp, DType::f64))
          ->traits.accepts(unary(ScalarOp::exp, DType::f64), std::vector<TensorType>{{DType::f64, {3}}}, {}));
}

TEST_CASE("a chain gives the same bits fused and step by step") {
  const Value x = random({3, 1111}, 7);
  const Value y = random({1111}, 8);
  ScalarBuilder b;
  const Register rx = b.input(DType::f32);
  const Register ry = b.input(DType::f32);
  const Register product = b.emit(ScalarOp::multiply, rx, ry);
  const Register sum = b.emit(ScalarOp::add, product, ry);
  const Elementwise fused(b.finish({b.emit(ScalarOp::tanh, sum)}));
  const Value p = run(binary(ScalarOp::multiply), {x, y})[0];
  const Value s = run(binary(ScalarOp::add), {p, y})[0];
  CHECK(same_bits(run(fused, {x, y})[0], run(unary(ScalarOp::tanh), {s})[0]));
}

TEST_CASE("outputs may lie over inputs, even crosswise") {
  ScalarBuilder b;
  const Register x = b.input(DType::f32);
  const Register y = b.input(DType::f32);
  const Register sum = b.emit(ScalarOp::add, x, y);
  const Elementwise op(b.finish({sum, b.emit(ScalarOp::multiply, x, y), y, x}));
  const std::vector<Value> inputs{random({2500}, 1), random({2500}, 2)};
  const auto plain = run(op, inputs);
  for (const RunOptions& options :
       {RunOptions{{{0, 0}}}, RunOptions{{{1, 0}, {0, 1}}}, RunOptions{{{2, 0}, {3, 1}}}}) {
    const auto over = run(op, inputs, options);
    for (std::size_t i = 0; i < 4; ++i) CHECK(same_bits(plain[i], over[i]));
  }
  CHECK(plain[2].f(2499) == inputs[1].f(2499));
  const auto some = run(op, inputs, {{}, {false, true, false, false}});
  CHECK(same_bits(some[1], plain[1]));
}

TEST_CASE("copies take every type and layout") {
  const auto check = [](auto element, DType dtype) {
    using T = decltype(element);
    for (const auto& [rows, columns] : {std::pair{1, 5}, {17, 33}, {64, 128}, {300, 257}}) {
      std::vector<T> numbers;
      for (int i = 0; i < 2 * rows * columns; ++i) numbers.push_back(static_cast<T>(i * 77 + i / 251));
      Value source = empty(dtype, {2, rows, columns});
      std::memcpy(source.data(), numbers.data(), numbers.size() * sizeof(T));
      const Value views[] = {
          transposed(source), view(source, {rows, 2, columns}, {columns, rows * columns, 1}),
          view(source, {rows, columns}, {0, 1}), view(source, {rows, columns}, {columns, 0}),
          view(source, {rows, columns / 2}, {columns, 2}, 1)};
      for (const Value& one : views) {
        const Value copy = run(*identity(dtype), {one})[0];
        bool alike = true;
        for (std::int64_t i = 0; i < one.shape().elements(); ++i) alike &= copy.at<T>(i) == one.at<T>(i);
        CHECK_MESSAGE(alike, to_string(one.layout.type));
      }
    }
  };
  check(std::uint8_t{}, DType::boolean);
  check(std::uint16_t{}, DType::f16);
  check(std::uint32_t{}, DType::f32);
  check(std::uint64_t{}, DType::i64);
  CHECK(run(*identity(DType::f32), {empty(DType::f32, {3, 0})})[0].shape() == Shape{3, 0});
}

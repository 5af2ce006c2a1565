#include <cmath>

#include "op_cases.h"

#include <heed/ops/elementwise.h>
#include <heed/ops/optimizer.h>
#include <heed/ops/reduce.h>
#include <heed/ops/views.h>

namespace heed::test {

namespace {

using Unary = double (*)(double);

OpCase unary(std::string name, Tensor (*build)(Operand), Unary oracle, double low = -2, double high = 2) {
  return {std::move(name),
          {within({3, 17}, low, high)},
          [build](const Tensors& x) { return build(x[0]); },
          [oracle](const std::vector<Values>& x) {
            Values y;
            for (const double v : x[0]) y.push_back(oracle(v));
            return y;
          }};
}

OpCase binary(std::string name, Tensor (*build)(Operand, Operand), double (*oracle)(double, double),
              double low = -2, double high = 2) {
  return {std::move(name),
          {within({4, 9}, low, high), within({9}, low, high)},
          [build](const Tensors& x) { return build(x[0], x[1]); },
          [oracle](const std::vector<Values>& x) {
            Values y;
            for (std::size_t i = 0; i < x[0].size(); ++i) y.push_back(oracle(x[0][i], x[1][i % 9]));
            return y;
          }};
}

OpCase integer(std::string name, DType type, double limit, Tensor (*build)(Operand, Operand),
               double (*oracle)(double, double)) {
  OpCase row = binary(std::move(name), build, oracle);
  row.inputs = {{{4, 9}, 0, limit, type}, {{9}, 1, 30, type}};
  row.differentiable = false;
  return row;
}

}  // namespace

std::vector<OpCase> elementwise_cases() {
  std::vector<OpCase> rows;
  rows.push_back(unary("negate", negate, [](double x) { return -x; }));
  rows.push_back(unary("absolute", absolute, [](double x) { return std::abs(x); }));
  rows.push_back(unary("exp", heed::exp, [](double x) { return std::exp(x); }));
  rows.push_back(unary(
      "exp of large values", heed::exp, [](double x) { return std::exp(x); }, -80, 5));
  rows.push_back(unary(
      "log", heed::log, [](double x) { return std::log(x); }, 0.1, 4));
  rows.push_back(unary("tanh", heed::tanh, [](double x) { return std::tanh(x); }));
  rows.push_back(unary(
      "tanh of large values", heed::tanh, [](double x) { return std::tanh(x); }, -60, 60));
  rows.push_back(unary("erf", heed::erf, [](double x) { return std::erf(x); }));
  rows.push_back(unary(
      "sqrt", heed::sqrt, [](double x) { return std::sqrt(x); }, 0.1, 4));
  rows.push_back(unary("sin", heed::sin, [](double x) { return std::sin(x); }));
  rows.push_back(unary("cos", heed::cos, [](double x) { return std::cos(x); }));
  rows.push_back(unary("square", square, [](double x) { return x * x; }));
  rows.push_back(unary("relu", relu, [](double x) { return x > 0 ? x : 0; }));
  rows.push_back(unary("sigmoid", sigmoid, [](double x) { return 1 / (1 + std::exp(-x)); }));
  rows.push_back(unary("floor", heed::floor, [](double x) { return std::floor(x); }));
  rows.back().differentiable = false;

  rows.push_back(binary("add broadcasts", add, [](double a, double b) { return a + b; }));
  rows.push_back(binary("subtract", subtract, [](double a, double b) { return a - b; }));
  rows.push_back(binary("multiply", multiply, [](double a, double b) { return a * b; }));
  rows.push_back(binary(
      "divide", divide, [](double a, double b) { return a / b; }, 0.5, 2));
  rows.push_back(binary(
      "remainder", heed::remainder, [](double a, double b) { return std::fmod(a, b); }, 0.5, 2));
  rows.push_back(binary("minimum", minimum, [](double a, double b) { return std::min(a, b); }));
  rows.push_back(binary("maximum", maximum, [](double a, double b) { return std::max(a, b); }));
  rows.push_back(binary(
      "power", power, [](double a, double b) { return std::pow(a, b); }, 0.3, 2));

  const auto compared = [](Tensor (*compare)(Operand, Operand)) {
    return [compare](const Tensors& x) { return cast(compare(x[0], x[1]), x[0].dtype()); };
  };
  for (auto& [name, op, oracle] :
       std::vector<std::tuple<std::string, Tensor (*)(Operand, Operand), double (*)(double, double)>>{
           {"less", less, [](double a, double b) { return a < b ? 1.0 : 0.0; }},
           {"less_equal", less_equal, [](double a, double b) { return a <= b ? 1.0 : 0.0; }},
           {"greater", greater, [](double a, double b) { return a > b ? 1.0 : 0.0; }},
           {"equal", equal, [](double a, double b) { return a == b ? 1.0 : 0.0; }}}) {
    rows.push_back(binary(name, op, oracle));
    rows.back().build = compared(op);
    rows.back().differentiable = false;
  }
  rows.push_back({"logic and select",
                  {within({5, 7}, -1, 1), within({5, 7}, -1, 1)},
                  [](const Tensors& x) {
                    const Tensor both = logical_and(less(x[0], 0.0), logical_not(less(x[1], 0.0)));
                    return select(logical_or(both, less(0.9, x[0])), x[0] * 2.0, x[1]);
                  },
                  [](const std::vector<Values>& x) {
                    Values y;
                    for (std::size_t i = 0; i < x[0].size(); ++i) {
                      const bool chosen = (x[0][i] < 0 && !(x[1][i] < 0)) || 0.9 < x[0][i];
                      y.push_back(chosen ? 2 * x[0][i] : x[1][i]);
                    }
                    return y;
                  }});
  rows.push_back(integer("divide integers", DType::i32, 100, divide,
                         [](double a, double b) { return std::trunc(a / b); }));
  rows.push_back(integer("remainder of integers", DType::i32, 100, heed::remainder,
                         [](double a, double b) { return std::fmod(a, b); }));
  rows.push_back(integer("bit_and", DType::u32, 4e9, bit_and, [](double a, double b) {
    return static_cast<double>(static_cast<std::uint32_t>(a) & static_cast<std::uint32_t>(b));
  }));
  rows.push_back(integer("bit_xor", DType::u32, 4e9, bit_xor, [](double a, double b) {
    return static_cast<double>(static_cast<std::uint32_t>(a) ^ static_cast<std::uint32_t>(b));
  }));
  rows.push_back(integer("shift_left", DType::u32, 4e9, shift_left, [](double a, double b) {
    return static_cast<double>(static_cast<std::uint32_t>(a) << static_cast<std::uint32_t>(b));
  }));
  rows.push_back(integer("shift_right", DType::u32, 4e9, shift_right, [](double a, double b) {
    return static_cast<double>(static_cast<std::uint32_t>(a) >> static_cast<std::uint32_t>(b));
  }));
  rows.push_back(integer("multiply_high", DType::u32, 4e9, multiply_high, [](double a, double b) {
    return static_cast<double>((static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b)) >> 32);
  }));
  rows.push_back(integer("unsigned multiplication wraps", DType::u32, 4e9, multiply, [](double a, double b) {
    return static_cast<double>(static_cast<std::uint32_t>(a) * static_cast<std::uint32_t>(b));
  }));
  rows.push_back(
      {"is_finite",
       {within({6}, -1, 1)},
       [](const Tensors& x) { return cast(is_finite(1.0 / heed::floor(x[0] + 0.5)), x[0].dtype()); },
       [](const std::vector<Values>& x) {
         Values y;
         for (const double v : x[0]) y.push_back(std::floor(v + 0.5) != 0 ? 1 : 0);
         return y;
       },
       false});
  rows.push_back({"convert from integers",
                  {indices({9}, 100)},
                  [](const Tensors& x) { return cast(x[0], DType::f32) * 0.5; },
                  [](const std::vector<Values>& x) {
                    Values y;
                    for (const double v : x[0]) y.push_back(v / 2);
                    return y;
                  },
                  false});
  rows.push_back(
      {"a chain that fuses",
       {within({3, 5, 7}, -1, 1), within({7}, -1, 1), within({3, 1, 7}, 0.5, 1)},
       [](const Tensors& x) { return heed::tanh(x[0] * x[2] + x[1]) / (square(x[2]) + 1.0) - x[0]; },
       [](const std::vector<Values>& x) {
         Values y;
         for (std::size_t i = 0; i < x[0].size(); ++i) {
           const double c = x[2][i / 35 * 7 + i % 7];
           y.push_back(std::tanh(x[0][i] * c + x[1][i % 7]) / (c * c + 1) - x[0][i]);
         }
         return y;
       }});
  rows.push_back({"elementwise on a transposed view",
                  {within({4, 6}, -1, 1), within({6, 4}, -1, 1)},
                  [](const Tensors& x) {
                    return transpose(x[0], {1, 0}) * x[1];
                  },
                  [](const std::vector<Values>& x) {
                    Values y;
                    for (std::size_t i = 0; i < 24; ++i) y.push_back(x[0][i % 4 * 6 + i / 4] * x[1][i]);
                    return y;
                  }});
  rows.push_back({"elementwise on nothing",
                  {within({0, 3}, -1, 1), within({3}, -1, 1)},
                  [](const Tensors& x) { return x[0] + x[1]; },
                  [](const std::vector<Values>&) { return Values{}; }});
  return rows;
}

}  // namespace heed::test

// Variables: initial values as functions of seed and name, and values from outside.
#include <cmath>

#include "support.h"
#include <doctest/doctest.h>

#include <heed/backends/initial_value.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/philox.h>
#include <heed/ops/reduce.h>

using namespace heed;
using namespace heed::test;

namespace {

Array initial(const Initializer& initializer, const std::string& name, std::uint64_t seed,
              std::int64_t count = 1000, DType dtype = DType::f64) {
  return initial_value({dtype, {count}}, initializer, name, seed);
}

struct Moments {
  double mean = 0, deviation = 0, skew = 0, kurtosis = 0, low = HUGE_VAL, high = -HUGE_VAL;
};

Moments moments_of(const Array& values) {
  Moments result;
  const auto count = static_cast<double>(values.elements());
  for (std::int64_t i = 0; i < values.elements(); ++i) {
    result.mean += values.number(i) / count;
    result.low = std::min(result.low, values.number(i));
    result.high = std::max(result.high, values.number(i));
  }
  double square = 0, cube = 0, fourth = 0;
  for (std::int64_t i = 0; i < values.elements(); ++i) {
    const double off = values.number(i) - result.mean;
    square += off * off / count;
    cube += off * off * off / count;
    fourth += off * off * off * off / count;
  }
  result.deviation = std::sqrt(square);
  result.skew = cube / (square * result.deviation);
  result.kurtosis = fourth / (square * square);
  return result;
}

}  // namespace

TEST_CASE("Philox gives the known answers of its authors") {
  CHECK(philox({0, 0, 0, 0}, {0, 0}) == PhiloxCounter{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  constexpr std::uint32_t all = 0xffffffff;
  CHECK(philox({all, all, all, all}, {all, all}) ==
        PhiloxCounter{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        PhiloxCounter{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("an initial value depends on seed and name alone") {
  const Initializer normal = normal_with(0, 1);
  const Array first = initial(normal, "a/w", 1);
  CHECK(initial(normal, "a/w", 1) == first);
  CHECK_FALSE(initial(normal, "a/v", 1) == first);
  CHECK_FALSE(initial(normal, "a/w", 2) == first);
  CHECK_FALSE(initial(normal, "a/w", 1 + (std::uint64_t{1} << 32)) == first);
}

TEST_CASE("the order in which variables are made changes no value") {
  Variables forward = store(7), backward = store(7);
  for (const bool reversed : {false, true}) {
    Graph graph;
    Tensor a, b;
    if (!reversed) a = graph.variable("a", DType::f32, {5}, normal_with(0, 1));
    b = graph.variable("b", DType::f32, {5}, uniform_between(0, 1));
    if (reversed) a = graph.variable("a", DType::f32, {5}, normal_with(0, 1));
    const Tensor fetches[] = {reversed ? b : a, reversed ? a : b};
    compile(fetches, {}, reversed ? backward : forward);
  }
  CHECK(forward.get("a") == backward.get("a"));
  CHECK(forward.get("b") == backward.get("b"));
  CHECK_FALSE(forward.get("a") == forward.get("b"));
}

TEST_CASE("a longer variable starts with the values of a shorter one of its name") {
  const Array shorter = initial(uniform_between(0, 1), "w", 3, 10);
  const Array longer = initial(uniform_between(0, 1), "w", 3, 20);
  for (std::int64_t i = 0; i < 10; ++i) CHECK(longer.number(i) == shorter.number(i));
}

TEST_CASE("normal values have the moments of a normal distribution") {
  const Moments moments = moments_of(initial(normal_with(3, 2), "w", 5, 200000));
  CHECK(std::abs(moments.mean - 3) < 0.02);
  CHECK(std::abs(moments.deviation - 2) < 0.015);
  CHECK(std::abs(moments.skew) < 0.03);
  CHECK(std::abs(moments.kurtosis - 3) < 0.06);
  CHECK(std::isfinite(moments.low));
  CHECK(std::isfinite(moments.high));
}

TEST_CASE("uniform values fill their interval evenly and stay inside") {
  const Moments moments = moments_of(initial(uniform_between(-1, 3), "w", 5, 200000));
  CHECK(std::abs(moments.mean - 1) < 0.02);
  CHECK(std::abs(moments.deviation - 4 / std::sqrt(12.0)) < 0.01);
  CHECK(std::abs(moments.kurtosis - 1.8) < 0.02);
  CHECK(moments.low > -1);
  CHECK(moments.low < -0.99);
  CHECK(moments.high < 3);
  CHECK(moments.high > 2.99);
}

TEST_CASE("Glorot's interval follows from the sizes") {
  const Initializer initializer = glorot_uniform(20, 4);
  CHECK(initializer == uniform_between(-0.5, 0.5));
}

TEST_CASE("constants, zeros, ones and given values are what they say") {
  CHECK(moments_of(initial(zeros(), "w", 1)).high == 0);
  CHECK(moments_of(initial(ones(), "w", 1)).low == 1);
  CHECK(initial(constant_of(-4), "w", 1, 3, DType::i32).number(2) == -4);
  const Array given = floats({1, 2, 3});
  CHECK(initial_value(given.type(), values_of(given), "w", 1) == given);
}

TEST_CASE("a value that was set stays when a graph with any initializer asks for it") {
  Variables variables = store();
  variables.set("w", floats({5, 6}));
  Graph graph;
  const Tensor w = graph.variable("w", DType::f32, {2}, ones());
  const Tensor total = sum(w);
  Executable executable = compile({total}, variables);
  executable.run();
  CHECK(executable.scalar(total) == 11);
  variables.set("w", floats({1, 2}));
  executable.run();
  CHECK(executable.scalar(total) == 3);
}

TEST_CASE("a variable cannot be set to, or asked for as, another type than it has") {
  Variables variables = store();
  variables.set("w", floats({5, 6}));
  CHECK_THROWS_WITH_AS(variables.set("w", floats({1, 2, 3})),
                       "variable w is f32[2], but f32[3] is to be written to it", Error);
  Graph graph;
  const Tensor w = graph.variable("w", DType::f32, {3}, zeros());
  CHECK_THROWS_AS(compile({sum(w)}, variables), Error);
}

TEST_CASE("a store lists its variables in byte order and knows no others") {
  Variables variables = store();
  for (const char* name : {"b", "a/c", "a", "B"}) variables.set(name, floats({1}));
  CHECK(variables.names() == std::vector<std::string>{"B", "a", "a/c", "b"});
  CHECK(variables.contains("a"));
  CHECK_FALSE(variables.contains("c"));
  CHECK(variables.type("a") == TensorType{DType::f32, {1}});
  CHECK_THROWS_WITH_AS(variables.get("c"), "there is no variable c", Error);
}

TEST_CASE("orthogonal first values are orthogonal matrices side by side") {
  const Array values = initial_value({DType::f64, {6, 12}}, orthogonal(), "w", 1);
  const auto at = [&](std::int64_t block, std::int64_t row, std::int64_t column) {
    return values.number(row * 12 + block * 6 + column);
  };
  for (std::int64_t block = 0; block < 2; ++block) {
    for (std::int64_t a = 0; a < 6; ++a) {
      for (std::int64_t b = 0; b < 6; ++b) {
        double product = 0;
        for (std::int64_t i = 0; i < 6; ++i) product += at(block, a, i) * at(block, b, i);
        CHECK(product == doctest::Approx(a == b ? 1 : 0).epsilon(1e-12));
      }
    }
  }
  CHECK(at(0, 0, 0) != at(1, 0, 0));
  CHECK_THROWS_WITH_AS(initial_value({DType::f64, {4, 6}}, orthogonal(), "w", 1),
                       "w cannot begin orthogonal: it is f64[4, 6], and not square matrices side by side",
                       Error);
}

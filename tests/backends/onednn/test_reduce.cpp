#include <limits>

#include <heed/ops/reduce.h>
#include <heed/tests/backends/onednn/harness.h>

using namespace heed;
using namespace heed::onednn::testing;

namespace {

template <typename T>
std::vector<double> reduce(const Value& x, const Reduce& op, double start, double (*fold)(double, double)) {
  const Shape shape = op.infer(std::vector{x.layout.type})[0].shape;
  std::vector<double> results(static_cast<std::size_t>(shape.elements()), start);
  for (std::int64_t i = 0; i < x.shape().elements(); ++i) {
    std::int64_t rest = i, place = 0, step = 1;
    for (int axis = x.shape().rank(); axis-- > 0;) {
      const std::int64_t at = rest % x.shape()[axis];
      rest /= x.shape()[axis];
      if (std::find(op.axes.begin(), op.axes.end(), axis) != op.axes.end()) continue;
      place += at * step;
      step *= x.shape()[axis];
    }
    auto& result = results[static_cast<std::size_t>(place)];
    result = fold(result, static_cast<double>(x.at<T>(i)));
  }
  return results;
}

double plus(double a, double b) {
  return a + b;
}
double larger(double a, double b) {
  return std::max(a, b);
}

}  // namespace

TEST_CASE("reductions run over any axes") {
  struct Row {
    Shape shape;
    std::vector<std::int64_t> axes;
  };
  const Row rows[] = {{{7}, {0}},
                      {{3, 17}, {1}},
                      {{3, 17}, {0}},
                      {{2048, 256}, {0}},
                      {{100, 1000}, {1}},
                      {{300000}, {0}},
                      {{5, 6, 7}, {0, 2}},
                      {{5, 6, 7}, {1}},
                      {{2, 3, 4, 5}, {1}},
                      {{2, 3, 4, 5}, {0, 2}},
                      {{1, 9, 1}, {0, 1}},
                      {{4, 3000}, {0}},
                      {{40, 1}, {1}},
                      {{40, 1}, {0}},
                      {{70, 90, 33}, {0, 1}},
                      {{1}, {0}},
                      {{}, {}},
                      {{3, 9000}, {1}},
                      {{64, 32, 4, 64}, {0, 1}}};
  for (const Row& row : rows) {
    const Value x = random(row.shape, 1);
    CAPTURE(to_string(x.layout.type));
    const Reduce sum(ReduceKind::sum, row.axes, false);
    const auto sums = reduce<float>(x, sum, 0, plus);
    check_near(
        run(sum, {x})[0], [&](std::int64_t i) { return sums[static_cast<std::size_t>(i)]; }, 1e-5, 3e-4);
    const Reduce most(ReduceKind::maximum, row.axes, true);
    const auto largest = reduce<float>(x, most, -std::numeric_limits<double>::infinity(), larger);
    check_near(
        run(most, {x})[0], [&](std::int64_t i) { return largest[static_cast<std::size_t>(i)]; }, 0, 0);
    const Value whole = random_integers(row.shape, 2, -1000, 1000);
    const auto totals = reduce<int>(whole, sum, 0, plus);
    const Value total = run(sum, {whole})[0];
    for (std::size_t i = 0; i < totals.size(); ++i) {
      REQUIRE(total.at<int>(static_cast<std::int64_t>(i)) == static_cast<int>(totals[i]));
    }
  }
}

TEST_CASE("over nothing sums are 0 and extrema the outermost values; NaN stays") {
  const Value none = empty(DType::f32, {3, 0});
  CHECK(run(Reduce(ReduceKind::sum, {1}, false), {none})[0].f(2) == 0);
  CHECK(run(Reduce(ReduceKind::maximum, {1}, false), {none})[0].f(2) ==
        -std::numeric_limits<double>::infinity());
  CHECK(run(Reduce(ReduceKind::sum, {0}, false), {none})[0].shape() == Shape{0});
  const Value lowest = run(Reduce(ReduceKind::minimum, {0}, false), {empty(DType::i32, {0})})[0];
  CHECK(lowest.at<int>(0) == std::numeric_limits<int>::max());
  for (const std::int64_t place : {0, 5, 16, 40}) {
    Value x = random({41}, 1);
    reinterpret_cast<float*>(x.data())[place] = NAN;
    CHECK(std::isnan(run(Reduce(ReduceKind::maximum, {0}, false), {x})[0].f(0)));
    CHECK(std::isnan(run(Reduce(ReduceKind::minimum, {0}, false), {x})[0].f(0)));
  }
}

TEST_CASE("sums of integers wrap") {
  const Value x = values<int>({2}, {std::numeric_limits<int>::max(), 1});
  CHECK(run(Reduce(ReduceKind::sum, {0}, false), {x})[0].at<int>(0) == std::numeric_limits<int>::min());
}

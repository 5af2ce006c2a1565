// Kernels that treat one row after the other: layer norm, softmax, cross-entropy.
#include <limits>

#include <heed/ops/cross_entropy.h>
#include <heed/ops/layer_norm.h>
#include <heed/ops/softmax.h>
#include <heed/tests/backends/onednn/harness.h>

using namespace heed;
using namespace heed::onednn::testing;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

std::vector<double> log_sum_exp(const Value& x) {
  const std::int64_t n = x.shape()[-1];
  std::vector<double> results;
  for (std::int64_t row = 0; row < x.shape().elements() / n; ++row) {
    double sum = 0;
    for (std::int64_t i = 0; i < n; ++i) sum += std::exp(x.f(row * n + i));
    results.push_back(std::log(sum));
  }
  return results;
}

}  // namespace

TEST_CASE("softmax rows sum to one, and rows of -inf are NaN") {
  for (const std::int64_t n : {1, 3, 17, 1000}) {
    const Value x = random({5, 7, n}, 1);
    const Softmax op(2);
    const auto lse = log_sum_exp(x);
    const Value y = run(op, {x})[0];
    check_near(
        y, [&](std::int64_t i) { return std::exp(x.f(i) - lse[static_cast<std::size_t>(i / n)]); }, 2e-6);
    CHECK(same_bits(y, run(op, {x}, {{{0, 0}}})[0]));
  }
  const Value odd = values<float>({3, 2}, {-infinity, -infinity, NAN, 1, -infinity, 100});
  const Value y = run(Softmax(1), {odd})[0];
  CHECK((std::isnan(y.f(0)) && std::isnan(y.f(3)) && y.f(4) == 0 && y.f(5) == 1));
  CHECK(run(Softmax(1), {empty(DType::f32, {4, 0})})[0].shape() == Shape{4, 0});
  CHECK_FALSE(onednn::kernels()
                  .find(Softmax(0))
                  ->traits.accepts(Softmax(0), std::vector<TensorType>{{DType::f32, {3, 3}}}, {}));
}

TEST_CASE("cross-entropy and its gradient follow the smoothed distribution") {
  for (const std::int64_t n : {1, 3, 17, 8001}) {
    for (const double smoothing : {0.0, 0.1}) {
      const std::int64_t rows = 9;
      const Value x = random({rows, n}, 1);
      const Value targets = random_integers({rows}, 2, 0, static_cast<int>(n) - 1);
      const auto forward = run(CrossEntropy(smoothing), {x, targets});
      const double share = smoothing / static_cast<double>(n);
      const auto normalisers = log_sum_exp(x);
      const auto lse = [&](std::int64_t row) { return normalisers[static_cast<std::size_t>(row)]; };
      const auto loss = [&](std::int64_t row) {
        double sum = 0;
        for (std::int64_t i = 0; i < n; ++i) sum += x.f(row * n + i);
        return lse(row) - (1 - smoothing) * x.f(row * n + targets.at<int>(row)) - share * sum;
      };
      check_near(forward[0], loss, 3e-6, 3e-6);
      check_near(forward[1], lse, 3e-6, 3e-6);

      Value gradient = random({rows}, 3);
      reinterpret_cast<float*>(gradient.data())[4] = 0;
      const std::vector<Value> inputs{x, targets, forward[1], gradient};
      const Value back = run(CrossEntropyGrad(smoothing), inputs)[0];
      check_near(
          back,
          [&](std::int64_t i) {
            const double right = i % n == targets.at<int>(i / n) ? 1 - smoothing : 0;
            return (std::exp(x.f(i) - lse(i / n)) - right - share) * gradient.f(i / n);
          },
          1e-5, 1e-6);
      CHECK(same_bits(back, run(CrossEntropyGrad(smoothing), inputs, {{{0, 0}}})[0]));
    }
  }
}

TEST_CASE("layer norm and its gradient") {
  for (const std::int64_t n : {1, 3, 17, 256, 1001}) {
    for (const std::int64_t rows : {1, 70}) {
      const Value x = random({rows, n}, 1, -1, 3);
      const Value gain = random({n}, 2), bias = random({n}, 3), gradient = random({rows, n}, 4);
      const double epsilon = 1e-3;
      const auto out = run(LayerNorm(epsilon), {x, gain, bias});
      const auto mean = [&](std::int64_t row) {
        double sum = 0;
        for (std::int64_t i = 0; i < n; ++i) sum += x.f(row * n + i);
        return sum / static_cast<double>(n);
      };
      const auto inverse = [&](std::int64_t row) {
        double sum = 0;
        const double average = mean(row);
        for (std::int64_t i = 0; i < n; ++i)
          sum += (x.f(row * n + i) - average) * (x.f(row * n + i) - average);
        return 1 / std::sqrt(sum / static_cast<double>(n) + epsilon);
      };
      std::vector<double> normal;
      for (std::int64_t row = 0; row < rows; ++row) {
        const double average = mean(row), scale = inverse(row);
        for (std::int64_t i = 0; i < n; ++i) normal.push_back((x.f(row * n + i) - average) * scale);
      }
      const auto at = [&](std::int64_t i) { return normal[static_cast<std::size_t>(i)]; };
      check_near(
          out[0], [&](std::int64_t i) { return at(i) * gain.f(i % n) + bias.f(i % n); }, 1e-4, 2e-5);
      check_near(out[1], mean, 1e-5, 1e-6);
      check_near(out[2], inverse, 1e-4);
      CHECK(same_bits(out[0], run(LayerNorm(epsilon), {x, gain, bias}, {{{0, 0}}})[0]));
      CHECK(same_bits(out[2], run(LayerNorm(epsilon), {x, gain, bias}, {{}, {false, false, true}})[2]));

      const std::vector<Value> inputs{x, gain, out[1], out[2], gradient};
      const auto back = run(LayerNormGrad(), inputs);
      std::vector<double> sums, products;
      for (std::int64_t row = 0; row < rows; ++row) {
        double sum = 0, product = 0;
        for (std::int64_t k = row * n; k < (row + 1) * n; ++k) {
          sum += gradient.f(k) * gain.f(k % n) / static_cast<double>(n);
          product += gradient.f(k) * gain.f(k % n) * at(k) / static_cast<double>(n);
        }
        sums.push_back(sum);
        products.push_back(product);
      }
      check_near(
          back[0],
          [&](std::int64_t i) {
            const auto row = static_cast<std::size_t>(i / n);
            return (gradient.f(i) * gain.f(i % n) - sums[row] - at(i) * products[row]) * out[2].f(i / n);
          },
          1e-3, 3e-4);
      const auto column = [&](std::int64_t i, bool times_normal) {
        double sum = 0;
        for (std::int64_t row = 0; row < rows; ++row)
          sum += gradient.f(row * n + i) * (times_normal ? at(row * n + i) : 1);
        return sum;
      };
      check_near(
          back[1], [&](std::int64_t i) { return column(i, true); }, 1e-4, 1e-4);
      check_near(
          back[2], [&](std::int64_t i) { return column(i, false); }, 1e-4, 1e-4);
      for (const std::size_t over : {0, 4})
        CHECK(same_bits(back[0], run(LayerNormGrad(), inputs, {{{0, over}}})[0]));
      CHECK(same_bits(back[2], run(LayerNormGrad(), inputs, {{}, {false, false, true}})[2]));
    }
  }
  const Value none = empty(DType::f32, {0, 3});
  const Value width = random({3}, 1), no_rows = empty(DType::f32, {0});
  CHECK(run(LayerNormGrad(), {none, width, no_rows, no_rows, none})[1].f(2) == 0);
}

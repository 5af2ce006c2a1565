#include <cmath>
#include <numbers>

#include "op_cases.h"

#include <heed/ops/activations.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/gather.h>
#include <heed/ops/linear.h>
#include <heed/ops/log_cosh.h>
#include <heed/ops/mask.h>
#include <heed/ops/philox.h>
#include <heed/ops/random.h>
#include <heed/ops/reduce.h>
#include <heed/ops/reverse.h>
#include <heed/ops/rms_norm.h>
#include <heed/ops/take.h>
#include <heed/ops/views.h>
#include <heed/ops/window.h>

namespace heed::test {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

OpCase unary(std::string name, Tensor (*build)(Tensor, Where), double (*oracle)(double), double low = -3,
             double high = 3) {
  return {std::move(name),
          {within({3, 17}, low, high)},
          [build](const Tensors& x) { return build(x[0], Where::current()); },
          [oracle](const std::vector<Values>& x) {
            Values y;
            for (const double v : x[0]) y.push_back(oracle(v));
            return y;
          }};
}

void add_activations(std::vector<OpCase>& rows) {
  rows.push_back(unary("gelu", gelu, [](double x) { return x * (1 + std::erf(x / std::sqrt(2))) / 2; }));
  rows.push_back(unary("gelu_tanh", gelu_tanh, [](double x) {
    return x / 2 * (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x)));
  }));
  rows.push_back(unary("silu", silu, [](double x) { return x / (1 + std::exp(-x)); }));
  rows.push_back(unary("softplus", softplus, [](double x) { return std::log1p(std::exp(x)); }));
  rows.push_back(unary(
      "softplus of large values", softplus, [](double x) { return x > 40 ? x : std::log1p(std::exp(x)); },
      -700, 900));

  rows.push_back(unary("log_cosh", log_cosh, [](double x) { return std::log(std::cosh(x)); }));
  rows.push_back(unary(
      "log_cosh of large values", log_cosh,
      [](double x) { return std::abs(x) + std::log1p(std::exp(-2 * std::abs(x))) - std::log(2); }, -800,
      800));
  rows.back().differentiable = false;  // sums of large numbers are too coarse for differences
  rows.push_back({"maxout",
                  {within({2, 3, 8}, -1, 1)},
                  [](const Tensors& x) { return maxout(x[0]); },
                  [](const std::vector<Values>& x) {
                    Values y;
                    for (std::size_t i = 0; i < x[0].size(); i += 2)
                      y.push_back(std::max(x[0][i], x[0][i + 1]));
                    return y;
                  }});
  rows.push_back({"linear",
                  {within({2, 3}, -1, 1), within({3, 4}, -1, 1), within({4}, -1, 1)},
                  [](const Tensors& x) { return linear(x[0], x[1], x[2]); },
                  [](const std::vector<Values>& x) {
                    Values y;
                    for (std::size_t r = 0; r < 2; ++r)
                      for (std::size_t c = 0; c < 4; ++c) {
                        double total = x[2][c];
                        for (std::size_t i = 0; i < 3; ++i) total += x[0][r * 3 + i] * x[1][i * 4 + c];
                        y.push_back(total);
                      }
                    return y;
                  }});
}

void add_statistics(std::vector<OpCase>& rows) {
  rows.push_back({"variance",
                  {within({4, 7}, -1, 1)},
                  [](const Tensors& x) { return variance(x[0], {1}); },
                  [](const std::vector<Values>& x) {
                    Values y;
                    for (std::size_t r = 0; r < 4; ++r) {
                      double average = 0, total = 0;
                      for (std::size_t c = 0; c < 7; ++c) average += x[0][r * 7 + c] / 7;
                      for (std::size_t c = 0; c < 7; ++c) total += std::pow(x[0][r * 7 + c] - average, 2);
                      y.push_back(total / 7);
                    }
                    return y;
                  }});
  rows.push_back({"rms_norm",
                  {within({4, 7}, -1, 1), within({7}, 0.5, 1.5)},
                  [](const Tensors& x) { return rms_norm(x[0], x[1], 1e-3); },
                  [](const std::vector<Values>& x) {
                    Values y;
                    for (std::size_t r = 0; r < 4; ++r) {
                      double squares = 0;
                      for (std::size_t c = 0; c < 7; ++c) squares += x[0][r * 7 + c] * x[0][r * 7 + c] / 7;
                      for (std::size_t c = 0; c < 7; ++c)
                        y.push_back(x[1][c] * x[0][r * 7 + c] / std::sqrt(squares + 1e-3));
                    }
                    return y;
                  }});
}

void add_choices(std::vector<OpCase>& rows) {
  rows.push_back({"one_hot",
                  {indices({2, 5}, 6)},
                  [](const Tensors& x) { return one_hot(x[0], 4); },
                  [](const std::vector<Values>& x) {
                    Values y(40);
                    for (std::size_t i = 0; i < 10; ++i)
                      if (x[0][i] < 4) y[i * 4 + static_cast<std::size_t>(x[0][i])] = 1;
                    return y;
                  },
                  false});
  rows.push_back({"take_along_axis",
                  {within({3, 5}, -1, 1), {{3, 4}, -2, 7, DType::i32}},
                  [](const Tensors& x) { return take_along_axis(x[0], x[1], 1); },
                  [](const std::vector<Values>& x) {
                    Values y;
                    for (std::size_t i = 0; i < 12; ++i) {
                      const bool inside = x[1][i] >= 0 && x[1][i] < 5;
                      y.push_back(inside ? x[0][i / 4 * 5 + static_cast<std::size_t>(x[1][i])] : 0);
                    }
                    return y;
                  }});
  rows.push_back({"take_along_axis in the middle",
                  {within({2, 5, 3}, -1, 1), indices({2, 4, 3}, 5)},
                  [](const Tensors& x) { return take_along_axis(x[0], x[1], -2); },
                  [](const std::vector<Values>& x) {
                    Values y;
                    for (std::size_t i = 0; i < 24; ++i)
                      y.push_back(x[0][i / 12 * 15 + static_cast<std::size_t>(x[1][i]) * 3 + i % 3]);
                    return y;
                  }});
  rows.push_back({"embedding",
                  {within({6, 5}, -1, 1), indices({3}, 6)},
                  [](const Tensors& x) { return embedding(x[0], x[1]); },
                  [](const std::vector<Values>& x) {
                    Values y;
                    for (const double i : x[1])
                      for (std::size_t j = 0; j < 5; ++j)
                        y.push_back(x[0][static_cast<std::size_t>(i) * 5 + j]);
                    return y;
                  }});
  rows.push_back({"reverse",
                  {within({3, 37}, -1, 1)},
                  [](const Tensors& x) { return reverse(x[0], {1}); },
                  [](const std::vector<Values>& x) {
                    Values y;
                    for (std::size_t i = 0; i < 111; ++i) y.push_back(x[0][i / 37 * 37 + 36 - i % 37]);
                    return y;
                  }});
  rows.push_back({"reverse of two axes of a transposed view",
                  {within({4, 5, 3}, -1, 1)},
                  [](const Tensors& x) {
                    return reverse(transpose(x[0], {2, 1, 0}), {0, -1});
                  },
                  [](const std::vector<Values>& x) {
                    Values y;
                    for (std::size_t i = 0; i < 3; ++i)
                      for (std::size_t j = 0; j < 5; ++j)
                        for (std::size_t k = 0; k < 4; ++k) y.push_back(x[0][((3 - k) * 5 + j) * 3 + 2 - i]);
                    return y;
                  }});
}

Values masked_rows(const Values& x, const std::function<bool(std::size_t)>& visible, std::size_t width) {
  Values y(x.size());
  for (std::size_t row = 0; row < x.size(); row += width) {
    double total = 0;
    for (std::size_t i = row; i < row + width; ++i) total += visible(i) ? std::exp(x[i]) : 0;
    for (std::size_t i = row; i < row + width; ++i) y[i] = visible(i) ? std::exp(x[i]) / total : 0;
  }
  return y;
}

void add_masks(std::vector<OpCase>& rows) {
  rows.push_back({"masked_softmax of leading elements, and of none",
                  {within({4, 6}, -1, 1), indices({4}, 4)},
                  [](const Tensors& x) { return masked_softmax(x[0], is_within(x[1], 6)); },
                  [](const std::vector<Values>& x) {
                    return masked_rows(
                        x[0], [&](std::size_t i) { return static_cast<double>(i % 6) < x[1][i / 6]; }, 6);
                  }});
  rows.push_back({"is_within",
                  {indices({2, 2}, 5)},
                  [](const Tensors& x) { return cast(is_within(x[0], 4), DType::f32); },
                  [](const std::vector<Values>& x) {
                    Values y;
                    for (std::size_t i = 0; i < 16; ++i)
                      y.push_back(static_cast<double>(i % 4) < x[0][i / 4]);
                    return y;
                  },
                  false});
  rows.push_back({"in_window",
                  {within({2, 3}, 0, 7)},
                  [](const Tensors& x) { return cast(in_window(x[0], 8, 1.5), x[0].dtype()); },
                  [](const std::vector<Values>& x) {
                    Values y;
                    for (std::size_t i = 0; i < 48; ++i)
                      y.push_back(std::abs(static_cast<double>(i % 8) - x[0][i / 8]) <= 1.5);
                    return y;
                  },
                  false});
  rows.push_back({"gaussian_window",
                  {within({2, 3}, 0, 7)},
                  [](const Tensors& x) { return gaussian_window(x[0], 8, 2); },
                  [](const std::vector<Values>& x) {
                    Values y;
                    for (std::size_t i = 0; i < 48; ++i)
                      y.push_back(std::exp(-std::pow(static_cast<double>(i % 8) - x[0][i / 8], 2) / 8));
                    return y;
                  }});
  for (const std::size_t size : {3u, 7u}) {
    rows.push_back({size == 3 ? "location_scores of a short sentence" : "location_scores beyond the last one",
                    {within({2, 4}, -1, 1), within({5, 4}, -1, 1)},
                    [=](const Tensors& x) {
                      return masked_softmax(location_scores(x[0], x[1], static_cast<std::int64_t>(size)),
                                            x[0].graph().constant(Array::scalar(true)));
                    },
                    [=](const std::vector<Values>& x) {
                      Values scores;
                      for (std::size_t i = 0; i < 2 * size; ++i) {
                        double score = i % size < 5 ? 0 : -infinity;
                        for (std::size_t j = 0; j < 4 && i % size < 5; ++j)
                          score += x[0][i / size * 4 + j] * x[1][i % size * 4 + j];
                        scores.push_back(score);
                      }
                      return masked_rows(
                          scores, [](std::size_t) { return true; }, size);
                    }});
  }
}

double random_unit(std::uint32_t stream, std::size_t i) {
  const PhiloxCounter block = philox({static_cast<std::uint32_t>(i / 4), stream, 0, 0}, {0, 0});
  return (block[i % 4] >> 8) * 0x1p-24;
}

void add_random_numbers(std::vector<OpCase>& rows) {
  rows.push_back({"uniform",
                  {within({1}, 0, 1)},
                  [](const Tensors& x) {
                    return uniform(x[0].graph(), {3, 7}, -1, 3, {.name = "noise"});
                  },
                  [](const std::vector<Values>&) {
                    Values y;
                    for (std::size_t i = 0; i < 21; ++i)
                      y.push_back(-1 + 4 * random_unit(stream_of("noise:0"), i));
                    return y;
                  },
                  false});
  rows.push_back({"normal",
                  {within({1}, 0, 1)},
                  [](const Tensors& x) {
                    return normal(x[0].graph(), {5, 9}, 2, 0.5);
                  },
                  [](const std::vector<Values>&) {
                    Values y;
                    for (std::size_t i = 0; i < 45; ++i) {
                      const double u = random_unit(stream_of("random:0"), i) + 0x1p-24;
                      const double v = random_unit(stream_of("random:0"), 45 + i);
                      y.push_back(2 + 0.5 * std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * v));
                    }
                    return y;
                  },
                  false});
}

}  // namespace

std::vector<OpCase> function_cases() {
  std::vector<OpCase> rows;
  add_activations(rows);
  add_statistics(rows);
  add_choices(rows);
  add_masks(rows);
  add_random_numbers(rows);
  return rows;
}

}  // namespace heed::test

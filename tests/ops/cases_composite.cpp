#include <algorithm>
#include <cmath>

#include "op_cases.h"

#include <heed/ops/elementwise.h>
#include <heed/ops/layer_norm.h>
#include <heed/ops/optimizer.h>
#include <heed/ops/philox.h>
#include <heed/ops/random.h>
#include <heed/ops/reduce.h>
#include <heed/ops/softmax.h>
#include <heed/ops/split.h>
#include <heed/ops/stop_gradient.h>
#include <heed/ops/views.h>

namespace heed::test {

namespace {

// Softmax over rows of `width`.
Values softmax_rows(const Values& x, std::size_t width) {
  Values y(x.size());
  for (std::size_t row = 0; row < x.size(); row += width) {
    double total = 0;
    for (std::size_t j = 0; j < width; ++j) total += y[row + j] = std::exp(x[row + j]);
    for (std::size_t j = 0; j < width; ++j) y[row + j] /= total;
  }
  return y;
}

Values layer_norm_rows(const Values& x, const Values& gain, const Values& bias, double epsilon) {
  const std::size_t width = gain.size();
  Values y(x.size());
  for (std::size_t row = 0; row < x.size(); row += width) {
    double average = 0, variance = 0;
    for (std::size_t j = 0; j < width; ++j) average += x[row + j] / static_cast<double>(width);
    for (std::size_t j = 0; j < width; ++j)
      variance += std::pow(x[row + j] - average, 2) / static_cast<double>(width);
    for (std::size_t j = 0; j < width; ++j) {
      y[row + j] = gain[j] * (x[row + j] - average) / std::sqrt(variance + epsilon) + bias[j];
    }
  }
  return y;
}

void add_rows_of_numbers(std::vector<OpCase>& rows) {
  rows.push_back({"softmax",
                  {within({5, 13}, -2, 2)},
                  [](const Tensors& x) { return softmax(x[0]); },
                  [](const std::vector<Values>& x) { return softmax_rows(x[0], 13); }});
  rows.push_back({"softmax over the first axis",
                  {within({4, 3}, -2, 2)},
                  [](const Tensors& x) {
                    return transpose(softmax(x[0], 0), {1, 0});
                  },
                  [](const std::vector<Values>& x) {
                    Values t(12);
                    for (std::size_t i = 0; i < 12; ++i) t[i % 3 * 4 + i / 3] = x[0][i];
                    return softmax_rows(t, 4);
                  }});
  rows.push_back({"softmax of scores far apart",
                  {within({3, 4}, -300, 300)},
                  [](const Tensors& x) { return softmax(x[0]); },
                  [](const std::vector<Values>& x) { return softmax_rows(x[0], 4); }});
  rows.push_back({"log_softmax",
                  {within({5, 6}, -2, 2)},
                  [](const Tensors& x) { return log_softmax(x[0]); },
                  [](const std::vector<Values>& x) {
                    Values y = softmax_rows(x[0], 6);
                    for (double& v : y) v = std::log(v);
                    return y;
                  }});
  rows.push_back({"layer_norm",
                  {within({4, 21}, -2, 2), within({21}, 0.5, 1.5), within({21}, -1, 1)},
                  [](const Tensors& x) { return layer_norm(x[0], x[1], x[2], 1e-5); },
                  [](const std::vector<Values>& x) { return layer_norm_rows(x[0], x[1], x[2], 1e-5); }});
  rows.push_back({"layer_norm of many rows",
                  {within({2, 150, 8}, -2, 2), within({8}, 0.5, 1.5), within({8}, -1, 1)},
                  [](const Tensors& x) { return layer_norm(x[0], x[1], x[2], 1e-6); },
                  [](const std::vector<Values>& x) { return layer_norm_rows(x[0], x[1], x[2], 1e-6); }});
  rows.back().twice_differentiable = false;
}

void add_random(std::vector<OpCase>& rows) {
  rows.push_back({"dropout",
                  {within({7, 19}, 0.5, 2)},
                  [](const Tensors& x) { return dropout(x[0], 0.3); },
                  [](const std::vector<Values>& x) {
                    Values y;
                    for (std::size_t i = 0; i < x[0].size(); ++i) {
                      y.push_back(keeps(stream_of("dropout:0"), i, 0.3) ? x[0][i] / 0.7 : 0);
                    }
                    return y;
                  }});
  rows.push_back({"random_bits",
                  {within({1}, 0, 1)},
                  [](const Tensors& x) {
                    const Tensor bits = random_bits(random_key(x[0].graph()), 5, {3, 33});
                    return cast(shift_right(bits, 8.0), DType::f32);
                  },
                  [](const std::vector<Values>&) {
                    Values y;
                    for (std::size_t i = 0; i < 99; ++i) {
                      y.push_back(philox({static_cast<std::uint32_t>(i / 4), 5, 0, 0}, {0, 0})[i % 4] >> 8);
                    }
                    return y;
                  },
                  false});
  rows.push_back({"stop_gradient passes values",
                  {within({5}, -1, 1)},
                  [](const Tensors& x) { return stop_gradient(x[0] * 2.0); },
                  [](const std::vector<Values>& x) {
                    Values y;
                    for (const double v : x[0]) y.push_back(2 * v);
                    return y;
                  },
                  false});
}

void add_updates(std::vector<OpCase>& rows) {
  rows.push_back({"adam_update",
                  {within({9}, -1, 1), within({9}, -1, 1), within({9}, 0.1, 1), within({9}, -1, 1)},
                  [](const Tensors& x) {
                    const auto number = [&](double value) { return scalar_like(x[0], value); };
                    return adam_update({x[0], x[1], x[2]}, x[3], number(0.1), number(0.19), number(0.03),
                                       {0.9, 0.98, 1e-9})
                        .parameter;
                  },
                  [](const std::vector<Values>& x) {
                    Values y;
                    for (std::size_t i = 0; i < 9; ++i) {
                      const double g = x[3][i];
                      const double m = 0.9 * x[1][i] + 0.1 * g;
                      const double v = 0.98 * x[2][i] + (1 - 0.98) * g * g;
                      y.push_back(x[0][i] - 0.1 * (m / 0.19) / (std::sqrt(v / 0.03) + 1e-9));
                    }
                    return y;
                  }});
  rows.push_back({"adam_update with weight decay",
                  {within({9}, -1, 1), within({9}, -1, 1), within({9}, 0.1, 1), within({9}, -1, 1)},
                  [](const Tensors& x) {
                    const auto number = [&](double value) { return scalar_like(x[0], value); };
                    return adam_update({x[0], x[1], x[2]}, x[3], number(0.1), number(0.19), number(0.03),
                                       {0.9, 0.98, 1e-9, 0.2})
                        .parameter;
                  },
                  [](const std::vector<Values>& x) {
                    Values y;
                    for (std::size_t i = 0; i < 9; ++i) {
                      const double m = 0.9 * x[1][i] + 0.1 * x[3][i];
                      const double v = 0.98 * x[2][i] + (1 - 0.98) * x[3][i] * x[3][i];
                      y.push_back(x[0][i] * (1 - 0.1 * 0.2) -
                                  0.1 * (m / 0.19) / (std::sqrt(v / 0.03) + 1e-9));
                    }
                    return y;
                  }});
  for (const bool nesterov : {false, true}) {
    rows.push_back({nesterov ? "momentum_update of Nesterov" : "momentum_update",
                    {within({9}, -1, 1), within({9}, -1, 1), within({9}, -1, 1)},
                    [=](const Tensors& x) {
                      const MomentumState next =
                          momentum_update({x[0], x[1]}, x[2], scalar_like(x[0], 0.1), {0.9, nesterov});
                      return stack(Tensors{next.parameter, next.momentum});
                    },
                    [=](const std::vector<Values>& x) {
                      Values y, velocity;
                      for (std::size_t i = 0; i < 9; ++i) {
                        velocity.push_back(0.9 * x[1][i] + x[2][i]);
                        y.push_back(x[0][i] - 0.1 * (nesterov ? x[2][i] + 0.9 * velocity[i] : velocity[i]));
                      }
                      y.insert(y.end(), velocity.begin(), velocity.end());
                      return y;
                    }});
  }
  rows.push_back({"adadelta_update",
                  {within({9}, -1, 1), within({9}, 0.1, 1), within({9}, 0.1, 1), within({9}, -1, 1)},
                  [](const Tensors& x) {
                    const AdadeltaState next =
                        adadelta_update({x[0], x[1], x[2]}, x[3], scalar_like(x[0], 0.5), {0.9, 1e-3});
                    return stack(Tensors{next.parameter, next.gradients, next.steps});
                  },
                  [](const std::vector<Values>& x) {
                    Values y(27);
                    for (std::size_t i = 0; i < 9; ++i) {
                      const double g = x[3][i];
                      const double v = 0.9 * x[1][i] + 0.1 * g * g;
                      const double step = std::sqrt(x[2][i] + 1e-3) / std::sqrt(v + 1e-3) * g;
                      y[i] = x[0][i] - 0.5 * step;
                      y[9 + i] = v;
                      y[18 + i] = 0.9 * x[2][i] + 0.1 * step * step;
                    }
                    return y;
                  }});
  rows.push_back({"sgd_update",
                  {within({9}, -1, 1), within({9}, -1, 1)},
                  [](const Tensors& x) { return sgd_update(x[0], x[1], scalar_like(x[0], 0.25)); },
                  [](const std::vector<Values>& x) {
                    Values y;
                    for (std::size_t i = 0; i < 9; ++i) y.push_back(x[0][i] - 0.25 * x[1][i]);
                    return y;
                  }});
  rows.push_back({"global_norm",
                  {within({9}, -1, 1), within({2, 3}, -1, 1)},
                  [](const Tensors& x) { return global_norm(x); },
                  [](const std::vector<Values>& x) {
                    double total = 0;
                    for (const Values& tensor : x)
                      for (const double v : tensor) total += v * v;
                    return Values{std::sqrt(total)};
                  }});
}

}  // namespace

bool keeps(std::uint32_t stream, std::size_t i, double rate) {
  const PhiloxCounter block = philox({static_cast<std::uint32_t>(i / 4), stream, 0, 0}, {0, 0});
  return block[i % 4] >= static_cast<std::uint32_t>(rate * 4294967296.0);
}

std::vector<OpCase> composite_cases() {
  std::vector<OpCase> rows;
  add_rows_of_numbers(rows);
  add_random(rows);
  add_updates(rows);
  return rows;
}

const std::vector<OpCase>& op_cases() {
  static const std::vector<OpCase> rows = [] {
    std::vector<OpCase> all = elementwise_cases();
    for (auto* part : {&structure_cases, &composite_cases, &function_cases, &attention_cases, &loss_cases,
                       &recurrent_cases, &wide_cases, &empty_cases}) {
      for (OpCase& row : (*part)()) all.push_back(std::move(row));
    }
    return all;
  }();
  return rows;
}

}  // namespace heed::test

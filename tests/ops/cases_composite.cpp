#include <algorithm>
#include <cmath>

#include "op_cases.h"

#include <heed/ops/attention.h>
#include <heed/ops/cross_entropy.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/layer_norm.h>
#include <heed/ops/optimizer.h>
#include <heed/ops/philox.h>
#include <heed/ops/random.h>
#include <heed/ops/reduce.h>
#include <heed/ops/softmax.h>
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

Values cross_entropy_rows(const Values& logits, const Values& targets, double smoothing) {
  const std::size_t classes = logits.size() / targets.size();
  Values losses;
  for (std::size_t row = 0; row < targets.size(); ++row) {
    double total = 0;
    for (std::size_t j = 0; j < classes; ++j) total += std::exp(logits[row * classes + j]);
    double loss = 0;
    for (std::size_t j = 0; j < classes; ++j) {
      const double wanted = smoothing / static_cast<double>(classes) +
                            (static_cast<double>(j) == targets[row] ? 1 - smoothing : 0);
      loss -= wanted * (logits[row * classes + j] - std::log(total));
    }
    losses.push_back(loss);
  }
  return losses;
}

struct AttentionSizes {
  std::size_t batch, target, source, heads, size;
};

// The paper's equation, score by score. `lengths` may be empty.
Values attend(const Values& q, const Values& k, const Values& v, const Values& lengths, AttentionSizes n,
              double scale, bool causal) {
  Values y(q.size());
  const auto at = [&](std::size_t b, std::size_t t, std::size_t h, std::size_t length) {
    return ((b * length + t) * n.heads + h) * n.size;
  };
  for (std::size_t b = 0; b < n.batch; ++b) {
    for (std::size_t h = 0; h < n.heads; ++h) {
      for (std::size_t t = 0; t < n.target; ++t) {
        double total = 0;
        Values weights(n.source);
        for (std::size_t s = 0; s < n.source; ++s) {
          if ((causal && s > t) || (!lengths.empty() && static_cast<double>(s) >= lengths[b])) continue;
          double score = 0;
          for (std::size_t d = 0; d < n.size; ++d)
            score += q[at(b, t, h, n.target) + d] * k[at(b, s, h, n.source) + d];
          total += weights[s] = std::exp(scale * score);
        }
        if (total == 0) continue;
        for (std::size_t s = 0; s < n.source; ++s) {
          for (std::size_t d = 0; d < n.size; ++d) {
            y[at(b, t, h, n.target) + d] += weights[s] / total * v[at(b, s, h, n.source) + d];
          }
        }
      }
    }
  }
  return y;
}

std::vector<CaseInput> attention_inputs(AttentionSizes n) {
  const auto size = [](std::size_t i) { return static_cast<std::int64_t>(i); };
  const Shape queries{size(n.batch), size(n.target), size(n.heads), size(n.size)};
  const Shape keys{size(n.batch), size(n.source), size(n.heads), size(n.size)};
  return {within(queries, -1, 1), within(keys, -1, 1), within(keys, -1, 1)};
}

void add_attention(std::vector<OpCase>& rows) {
  const AttentionSizes small{2, 3, 4, 2, 3};
  rows.push_back(
      {"attention", attention_inputs(small),
       [](const Tensors& x) { return attention(x[0], x[1], x[2], {.scale = 0.5}).result; },
       [=](const std::vector<Values>& x) { return attend(x[0], x[1], x[2], {}, small, 0.5, false); }});
  const AttentionSizes square{2, 5, 5, 2, 3};
  rows.push_back(
      {"causal attention", attention_inputs(square),
       [](const Tensors& x) { return attention(x[0], x[1], x[2], {.scale = 0.7, .causal = true}).result; },
       [=](const std::vector<Values>& x) { return attend(x[0], x[1], x[2], {}, square, 0.7, true); }});
  rows.back().twice_differentiable = false;
  OpCase lengths{"attention to the leading keys, and to none", attention_inputs({6, 3, 4, 1, 2}),
                 [](const Tensors& x) { return attention(x[0], x[1], x[2], {.key_lengths = x[3]}).result; },
                 [](const std::vector<Values>& x) {
                   return attend(x[0], x[1], x[2], x[3], {6, 3, 4, 1, 2}, 1, false);
                 }};
  lengths.inputs.push_back(indices({6}, 5));  // drawn from 0 ... 4: some rows see nothing
  rows.push_back(lengths);
  const AttentionSizes wide{1, 70, 67, 1, 9};
  rows.push_back(
      {"attention longer than a tile", attention_inputs(wide),
       [](const Tensors& x) { return attention(x[0], x[1], x[2], {.scale = 0.3}).result; },
       [=](const std::vector<Values>& x) { return attend(x[0], x[1], x[2], {}, wide, 0.3, false); }});
  rows.back().twice_differentiable = false;
  OpCase single{"attention of one query", attention_inputs({3, 1, 9, 2, 8}),
                [](const Tensors& x) { return attention(x[0], x[1], x[2], {.key_lengths = x[3]}).result; },
                [](const std::vector<Values>& x) {
                  return attend(x[0], x[1], x[2], x[3], {3, 1, 9, 2, 8}, 1, false);
                }};
  single.inputs.push_back(indices({3}, 10));
  single.twice_differentiable = false;
  rows.push_back(single);
  rows.push_back({"attention weights times values are the result", attention_inputs(small),
                  [](const Tensors& x) {
                    const AttentionOptions options{.scale = 0.5};
                    const auto [result, lse] = attention(x[0], x[1], x[2], options);
                    return sum(attention_weights(x[0], x[1], lse, options), {-1}) + sum(result) * 0.0;
                  },
                  [](const std::vector<Values>&) { return Values(12, 1.0); }});
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
  rows.push_back({"cross_entropy",
                  {within({6, 11}, -2, 2), indices({6}, 11)},
                  [](const Tensors& x) { return cross_entropy(x[0], x[1]); },
                  [](const std::vector<Values>& x) { return cross_entropy_rows(x[0], x[1], 0); }});
  rows.push_back({"cross_entropy with label smoothing",
                  {within({2, 3, 17}, -2, 2), indices({2, 3}, 17)},
                  [](const Tensors& x) { return cross_entropy(x[0], x[1], 0.1); },
                  [](const std::vector<Values>& x) { return cross_entropy_rows(x[0], x[1], 0.1); }});
  rows.push_back({"cross_entropy of many classes",
                  {within({3, 1003}, -4, 4), indices({3}, 1003)},
                  [](const Tensors& x) { return cross_entropy(x[0], x[1], 0.2); },
                  [](const std::vector<Values>& x) { return cross_entropy_rows(x[0], x[1], 0.2); }});
  rows.back().twice_differentiable = false;
}

// Which elements dropout keeps, from the documented definition of random bits. Executables start with seed
// 0 and counter 0 here.
bool keeps(std::uint32_t stream, std::size_t i, double rate) {
  const PhiloxCounter block = philox({static_cast<std::uint32_t>(i / 4), stream, 0, 0}, {0, 0});
  return block[i % 4] >= static_cast<std::uint32_t>(rate * 4294967296.0);
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

std::vector<OpCase> composite_cases() {
  std::vector<OpCase> rows;
  add_rows_of_numbers(rows);
  add_attention(rows);
  add_random(rows);
  add_updates(rows);
  return rows;
}

const std::vector<OpCase>& op_cases() {
  static const std::vector<OpCase> rows = [] {
    std::vector<OpCase> all = elementwise_cases();
    for (auto* part : {&structure_cases, &composite_cases, &recurrent_cases}) {
      for (OpCase& row : (*part)()) all.push_back(std::move(row));
    }
    return all;
  }();
  return rows;
}

}  // namespace heed::test

#include <cmath>

#include "op_cases.h"

#include <heed/ops/cross_entropy.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/projected_cross_entropy.h>

namespace heed::test {

namespace {

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

// The unprojected form on hidden [N, d] times weight ([d, V], or [V, d] if transposed) plus bias (or none).
Values projected_rows(const Values& hidden, const Values& weight, const Values& targets, const Values& bias,
                      const ProjectionOptions& options) {
  const std::size_t rows = targets.size();
  const std::size_t d = hidden.size() / rows;
  const std::size_t classes = weight.size() / d;
  Values logits(rows * classes);
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t j = 0; j < classes; ++j) {
      double total = bias.empty() ? 0 : bias[j];
      for (std::size_t i = 0; i < d; ++i) {
        total += hidden[row * d + i] * weight[options.transposed ? j * d + i : i * classes + j];
      }
      logits[row * classes + j] = total;
    }
  }
  return cross_entropy_rows(logits, targets, options.smoothing);
}

void add_projected(std::vector<OpCase>& rows) {
  const ProjectionOptions chunked{.smoothing = 0.1, .chunk = 3};
  rows.push_back(
      {"projected_cross_entropy in chunks of rows",
       {within({7, 4}, -1, 1), within({4, 9}, -1, 1), indices({7}, 9)},
       [=](const Tensors& x) { return projected_cross_entropy(x[0], x[1], x[2], chunked); },
       [=](const std::vector<Values>& x) { return projected_rows(x[0], x[1], x[2], {}, chunked); }});
  const ProjectionOptions tied{.transposed = true, .chunk = 2};
  rows.push_back(
      {"projected_cross_entropy by a table, with a bias",
       {within({2, 3, 4}, -1, 1), within({9, 4}, -1, 1), indices({2, 3}, 9), within({9}, -1, 1)},
       [=](const Tensors& x) {
         ProjectionOptions options = tied;
         options.bias = x[3];
         return projected_cross_entropy(x[0], x[1], x[2], options);
       },
       [=](const std::vector<Values>& x) { return projected_rows(x[0], x[1], x[2], x[3], tied); }});
  rows.push_back({"projected_cross_entropy of one chunk",
                  {within({5, 3}, -1, 1), within({3, 700}, -1, 1), indices({5}, 700)},
                  [](const Tensors& x) { return projected_cross_entropy(x[0], x[1], x[2]); },
                  [](const std::vector<Values>& x) { return projected_rows(x[0], x[1], x[2], {}, {}); }});
  rows.back().twice_differentiable = false;
  rows.push_back({"projected_cross_entropy of no rows",
                  {within({0, 3}, -1, 1), within({3, 5}, -1, 1), indices({0}, 5)},
                  [](const Tensors& x) { return projected_cross_entropy(x[0], x[1], x[2]); },
                  [](const std::vector<Values>&) { return Values{}; }});
}

}  // namespace

std::vector<OpCase> loss_cases() {
  std::vector<OpCase> rows;
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
  add_projected(rows);
  return rows;
}

}  // namespace heed::test

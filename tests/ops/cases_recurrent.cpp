#include <cmath>

#include "op_cases.h"

#include <heed/ops/elementwise.h>
#include <heed/ops/recurrent.h>
#include <heed/ops/split.h>
#include <heed/ops/views.h>

namespace heed::test {

namespace {

double sigma(double x) {
  return 1 / (1 + std::exp(-x));
}

// Element (row, column) of x [rows, k] times w [k, columns].
double product(const Values& x, const Values& w, std::size_t k, std::size_t row, std::size_t column) {
  double total = 0;
  const std::size_t columns = w.size() / k;
  for (std::size_t i = 0; i < k; ++i) total += x[row * k + i] * w[i * columns + column];
  return total;
}

// projected [B, 3n], state [B, n], gate weight [n, 2n], candidate weight [n, n]; alive: [B] or empty.
Values gru(const std::vector<Values>& x, std::size_t n, const Values& alive) {
  const Values& projected = x[0];
  const Values& h = x[1];
  const std::size_t batch = h.size() / n;
  Values z(h.size()), reset(h.size()), next = h;
  for (std::size_t b = 0; b < batch; ++b) {
    for (std::size_t j = 0; j < n; ++j) {
      z[b * n + j] = sigma(projected[b * 3 * n + j] + product(h, x[2], n, b, j));
      reset[b * n + j] = sigma(projected[b * 3 * n + n + j] + product(h, x[2], n, b, n + j)) * h[b * n + j];
    }
  }
  for (std::size_t b = 0; b < batch; ++b) {
    if (!alive.empty() && alive[b] == 0) continue;
    for (std::size_t j = 0; j < n; ++j) {
      const double g = std::tanh(projected[b * 3 * n + 2 * n + j] + product(reset, x[3], n, b, j));
      const double gate = z[b * n + j];
      next[b * n + j] = (1 - gate) * h[b * n + j] + gate * g;
    }
  }
  return next;
}

// projected [B, 4n], hidden [B, n], cell [B, n], weight [n, 4n]; alive: [B] or empty -> hidden, then cell.
Values lstm(const std::vector<Values>& x, std::size_t n, const Values& alive) {
  Values hidden = x[1], cell = x[2];
  const std::size_t batch = cell.size() / n;
  for (std::size_t b = 0; b < batch; ++b) {
    if (!alive.empty() && alive[b] == 0) continue;
    for (std::size_t j = 0; j < n; ++j) {
      const auto part = [&](std::size_t k) {
        return x[0][b * 4 * n + k * n + j] + product(x[1], x[3], n, b, k * n + j);
      };
      const double c = sigma(part(1)) * x[2][b * n + j] + sigma(part(0)) * std::tanh(part(3));
      cell[b * n + j] = c;
      hidden[b * n + j] = sigma(part(2)) * std::tanh(c);
    }
  }
  hidden.insert(hidden.end(), cell.begin(), cell.end());
  return hidden;
}

Tensor both(const LstmState& state) {
  const Tensor parts[] = {state.hidden, state.cell};
  return stack(parts);
}

}  // namespace

std::vector<OpCase> recurrent_cases() {
  std::vector<OpCase> rows;
  rows.push_back({"split",
                  {within({2, 6, 3}, -1, 1)},
                  [](const Tensors& x) {
                    const Tensors parts = split(x[0], 1, 3);
                    return parts[0] * parts[2] - parts[0];
                  },
                  [](const std::vector<Values>& x) {
                    Values y;
                    for (std::size_t b = 0; b < 2; ++b)
                      for (std::size_t i = 0; i < 6; ++i)
                        y.push_back(x[0][b * 18 + i] * x[0][b * 18 + 12 + i] - x[0][b * 18 + i]);
                    return y;
                  }});
  rows.push_back({"stack of what was unstacked, backwards",
                  {within({3, 4}, -1, 1)},
                  [](const Tensors& x) {
                    const Tensors parts = unstack(x[0]);
                    return stack(Tensors{parts[2], parts[1], parts[0]});
                  },
                  [](const std::vector<Values>& x) {
                    Values y;
                    for (std::size_t i = 0; i < 12; ++i) y.push_back(x[0][(2 - i / 4) * 4 + i % 4]);
                    return y;
                  }});
  const std::vector<CaseInput> gru_inputs{within({3, 15}, -1, 1), within({3, 5}, -1, 1),
                                          within({5, 10}, -1, 1), within({5, 5}, -1, 1)};
  rows.push_back({"gru_cell", gru_inputs, [](const Tensors& x) { return gru_cell(x[0], x[1], x[2], x[3]); },
                  [](const std::vector<Values>& x) { return gru(x, 5, {}); }});
  OpCase masked{"gru_cell of rows that ended", gru_inputs,
                [](const Tensors& x) { return gru_cell(x[0], x[1], x[2], x[3], less(x[4], 1.0)); },
                [](const std::vector<Values>& x) {
                  return gru(x, 5, {x[4][0] < 1 ? 1.0 : 0, x[4][1] < 1 ? 1.0 : 0, x[4][2] < 1 ? 1.0 : 0});
                }};
  masked.inputs.push_back(indices({3, 1}, 2));
  rows.push_back(masked);
  const std::vector<CaseInput> lstm_inputs{within({3, 20}, -1, 1), within({3, 5}, -1, 1),
                                           within({3, 5}, -1, 1), within({5, 20}, -1, 1)};
  rows.push_back({"lstm_cell", lstm_inputs,
                  [](const Tensors& x) {
                    return both(lstm_cell(x[0], {x[1], x[2]}, x[3]));
                  },
                  [](const std::vector<Values>& x) { return lstm(x, 5, {}); }});
  OpCase ended{"lstm_cell of rows that ended", lstm_inputs,
               [](const Tensors& x) {
                 return both(lstm_cell(x[0], {x[1], x[2]}, x[3], less(x[4], 1.0)));
               },
               [](const std::vector<Values>& x) {
                 return lstm(x, 5, {x[4][0] < 1 ? 1.0 : 0, x[4][1] < 1 ? 1.0 : 0, x[4][2] < 1 ? 1.0 : 0});
               }};
  ended.inputs.push_back(indices({3, 1}, 2));
  rows.push_back(ended);
  return rows;
}

}  // namespace heed::test

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "op_cases.h"

#include <heed/ops/elementwise.h>
#include <heed/ops/elementwise_reduce.h>
#include <heed/ops/gather.h>
#include <heed/ops/matmul.h>
#include <heed/ops/matmul_elementwise.h>
#include <heed/ops/pad.h>
#include <heed/ops/random.h>
#include <heed/ops/reduce.h>
#include <heed/ops/topk.h>
#include <heed/ops/views.h>

namespace heed::test {

namespace {

// [B, M, K] x [B, K, N] in plain loops; a batch of 1 repeats.
Values product(const Values& a, const Values& b, std::size_t batch, std::size_t m, std::size_t k,
               std::size_t n) {
  Values c(batch * m * n);
  const std::size_t a_step = a.size() == m * k ? 0 : m * k;
  const std::size_t b_step = b.size() == k * n ? 0 : k * n;
  for (std::size_t p = 0; p < batch; ++p) {
    for (std::size_t i = 0; i < m; ++i) {
      for (std::size_t j = 0; j < n; ++j) {
        for (std::size_t l = 0; l < k; ++l) {
          c[(p * m + i) * n + j] += a[p * a_step + i * k + l] * b[p * b_step + l * n + j];
        }
      }
    }
  }
  return c;
}

// The last two axes of [batch, rows, columns] exchanged.
Values swapped(const Values& x, std::size_t batch, std::size_t rows, std::size_t columns) {
  Values y(x.size());
  for (std::size_t p = 0; p < batch; ++p) {
    for (std::size_t i = 0; i < rows; ++i) {
      for (std::size_t j = 0; j < columns; ++j)
        y[(p * columns + j) * rows + i] = x[(p * rows + i) * columns + j];
    }
  }
  return y;
}

void add_reductions(std::vector<OpCase>& rows) {
  rows.push_back(
      {"sum of all",
       {within({3, 5, 2}, -1, 1)},
       [](const Tensors& x) { return sum(x[0]); },
       [](const std::vector<Values>& x) { return Values{std::accumulate(x[0].begin(), x[0].end(), 0.0)}; }});
  rows.push_back({"sum of computed values",
                  {within({3, 200}, -1, 1), within({200}, -1, 1)},
                  [](const Tensors& x) {
                    ScalarBuilder builder;
                    const Register a = builder.input(x[0].dtype()), b = builder.input(x[1].dtype());
                    const ScalarProgram product = builder.finish({builder.emit(ScalarOp::multiply, a, b)});
                    return elementwise_reduce(product, Reduce(ReduceKind::sum, {1}, false), x);
                  },
                  [](const std::vector<Values>& x) {
                    Values y(3);
                    for (std::size_t i = 0; i < x[0].size(); ++i) y[i / 200] += x[0][i] * x[1][i % 200];
                    return y;
                  }});
  rows.push_back({"sum of the last axis",
                  {within({7, 33}, -1, 1)},
                  [](const Tensors& x) { return sum(x[0], {-1}); },
                  [](const std::vector<Values>& x) {
                    Values y(7);
                    for (std::size_t i = 0; i < x[0].size(); ++i) y[i / 33] += x[0][i];
                    return y;
                  }});
  rows.push_back({"sum of the first axis keeps its place",
                  {within({9, 21}, -1, 1)},
                  [](const Tensors& x) { return sum(x[0], {0}, true); },
                  [](const std::vector<Values>& x) {
                    Values y(21);
                    for (std::size_t i = 0; i < x[0].size(); ++i) y[i % 21] += x[0][i];
                    return y;
                  }});
  rows.push_back({"sum of the middle axis",
                  {within({2, 5, 3}, -1, 1)},
                  [](const Tensors& x) { return sum(x[0], {1}); },
                  [](const std::vector<Values>& x) {
                    Values y(6);
                    for (std::size_t i = 0; i < x[0].size(); ++i) y[i / 15 * 3 + i % 3] += x[0][i];
                    return y;
                  }});
  rows.push_back({"sum of the outer axes",
                  {within({2, 3, 5, 4}, -1, 1)},
                  [](const Tensors& x) {
                    return sum(x[0], {0, 2});
                  },
                  [](const std::vector<Values>& x) {
                    Values y(12);
                    for (std::size_t i = 0; i < x[0].size(); ++i) y[i / 20 % 3 * 4 + i % 4] += x[0][i];
                    return y;
                  }});
  rows.push_back({"sum over nothing is zero",
                  {within({3, 0}, -1, 1)},
                  [](const Tensors& x) { return sum(x[0], {1}); },
                  [](const std::vector<Values>&) { return Values(3, 0.0); }});
  rows.push_back({"mean",
                  {within({4, 10}, -1, 1)},
                  [](const Tensors& x) { return mean(x[0], {0}); },
                  [](const std::vector<Values>& x) {
                    Values y(10);
                    for (std::size_t i = 0; i < x[0].size(); ++i) y[i % 10] += x[0][i] / 4;
                    return y;
                  }});
  rows.push_back({"maximum of the last axis",
                  {within({6, 17}, -4, 4)},
                  [](const Tensors& x) { return reduce_max(x[0], {1}); },
                  [](const std::vector<Values>& x) {
                    Values y;
                    for (auto row = x[0].begin(); row != x[0].end(); row += 17)
                      y.push_back(*std::max_element(row, row + 17));
                    return y;
                  }});
  rows.push_back({"minimum of the last axis",
                  {within({6, 17}, -4, 4)},
                  [](const Tensors& x) { return reduce_min(x[0], {1}, true); },
                  [](const std::vector<Values>& x) {
                    Values y;
                    for (auto row = x[0].begin(); row != x[0].end(); row += 17)
                      y.push_back(*std::min_element(row, row + 17));
                    return y;
                  }});
  rows.push_back({"sum of a transposed view",
                  {within({4, 6}, -1, 1)},
                  [](const Tensors& x) {
                    return sum(transpose(x[0], {1, 0}), {1});
                  },
                  [](const std::vector<Values>& x) {
                    Values y(6);
                    for (std::size_t i = 0; i < 24; ++i) y[i % 6] += x[0][i];
                    return y;
                  }});
}

void add_products(std::vector<OpCase>& rows) {
  rows.push_back({"matmul",
                  {within({5, 7}, -1, 1), within({7, 3}, -1, 1)},
                  [](const Tensors& x) { return matmul(x[0], x[1]); },
                  [](const std::vector<Values>& x) { return product(x[0], x[1], 1, 5, 7, 3); }});
  rows.push_back({"matmul of larger matrices",
                  {within({37, 65}, -1, 1), within({65, 33}, -1, 1)},
                  [](const Tensors& x) { return matmul(x[0], x[1]); },
                  [](const std::vector<Values>& x) { return product(x[0], x[1], 1, 37, 65, 33); }});
  rows.back().twice_differentiable = false;  // nothing new in it, and finite differences would take long
  rows.push_back(
      {"matmul transposed on the left",
       {within({7, 5}, -1, 1), within({7, 3}, -1, 1)},
       [](const Tensors& x) { return matmul(x[0], x[1], {.transpose_a = true}); },
       [](const std::vector<Values>& x) { return product(swapped(x[0], 1, 7, 5), x[1], 1, 5, 7, 3); }});
  rows.push_back(
      {"matmul transposed on the right",
       {within({5, 7}, -1, 1), within({3, 7}, -1, 1)},
       [](const Tensors& x) { return matmul(x[0], x[1], {.transpose_b = true}); },
       [](const std::vector<Values>& x) { return product(x[0], swapped(x[1], 1, 3, 7), 1, 5, 7, 3); }});
  rows.push_back(
      {"matmul transposed on both sides",
       {within({2, 4, 5}, -1, 1), within({2, 3, 4}, -1, 1)},
       [](const Tensors& x) { return matmul(x[0], x[1], {.transpose_a = true, .transpose_b = true}); },
       [](const std::vector<Values>& x) {
         return product(swapped(x[0], 2, 4, 5), swapped(x[1], 2, 3, 4), 2, 5, 4, 3);
       }});
  rows.push_back({"matmul of rows with one matrix",
                  {within({2, 3, 4}, -1, 1), within({4, 5}, -1, 1)},
                  [](const Tensors& x) { return matmul(x[0], x[1]); },
                  [](const std::vector<Values>& x) { return product(x[0], x[1], 1, 6, 4, 5); }});
  rows.push_back({"matmul broadcasts its batch",
                  {within({1, 3, 4}, -1, 1), within({2, 4, 5}, -1, 1)},
                  [](const Tensors& x) { return matmul(x[0], x[1]); },
                  [](const std::vector<Values>& x) { return product(x[0], x[1], 2, 3, 4, 5); }});
  rows.push_back({"matmul accumulates",
                  {within({3, 4}, -1, 1), within({4, 5}, -1, 1), within({3, 5}, -1, 1)},
                  [](const Tensors& x) { return matmul(x[0], x[1], {.accumulate = x[2]}); },
                  [](const std::vector<Values>& x) {
                    Values y = product(x[0], x[1], 1, 3, 4, 5);
                    for (std::size_t i = 0; i < y.size(); ++i) y[i] += x[2][i];
                    return y;
                  }});
  rows.push_back(
      {"matmul of a batch accumulates",
       {within({2, 4, 3}, -1, 1), within({2, 4, 5}, -1, 1), within({2, 3, 5}, -1, 1)},
       [](const Tensors& x) { return matmul(x[0], x[1], {.transpose_a = true, .accumulate = x[2]}); },
       [](const std::vector<Values>& x) {
         Values y = product(swapped(x[0], 2, 4, 3), x[1], 2, 3, 4, 5);
         for (std::size_t i = 0; i < y.size(); ++i) y[i] += x[2][i];
         return y;
       }});
  const auto finished = [](const Tensors& x, std::size_t first, std::size_t others) {
    ScalarBuilder builder;
    std::vector<Register> values;
    for (std::size_t i = 0; i <= others; ++i) values.push_back(builder.input(x[0].dtype()));
    Register result = values[0];
    for (std::size_t i = 1; i <= others; ++i) {
      result = builder.emit(i % 2 == 1 ? ScalarOp::add : ScalarOp::multiply, result, values[i]);
    }
    return matmul_elementwise(Matmul(false, true), first > 2,
                              builder.finish({builder.emit(ScalarOp::tanh, result)}), x);
  };
  rows.push_back(
      {"matmul, a bias, a factor of each row, and tanh",
       {within({2, 3, 4}, -1, 1), within({5, 4}, -1, 1), within({5}, -1, 1), within({2, 3, 1}, -1, 1)},
       [finished](const Tensors& x) { return finished(x, 2, 2); },
       [](const std::vector<Values>& x) {
         Values y = product(x[0], swapped(x[1], 1, 5, 4), 1, 6, 4, 5);
         for (std::size_t i = 0; i < y.size(); ++i) y[i] = std::tanh((y[i] + x[2][i % 5]) * x[3][i / 5]);
         return y;
       }});
  rows.push_back({"matmul of a batch accumulates, then adds another tensor before tanh",
                  {within({2, 3, 4}, -1, 1), within({2, 5, 4}, -1, 1), within({2, 3, 5}, -1, 1),
                   within({2, 3, 5}, -1, 1)},
                  [finished](const Tensors& x) { return finished(x, 3, 1); },
                  [](const std::vector<Values>& x) {
                    Values y = product(x[0], swapped(x[1], 2, 5, 4), 2, 3, 4, 5);
                    for (std::size_t i = 0; i < y.size(); ++i) y[i] = std::tanh(y[i] + x[2][i] + x[3][i]);
                    return y;
                  }});
  const auto rounded = [](Values x) {
    for (double& value : x) {
      const auto bits = std::bit_cast<std::uint32_t>(static_cast<float>(value));
      value = std::bit_cast<float>((bits + 0x7fff + (bits >> 16 & 1)) & 0xffff0000);
    }
    return x;
  };
  OpCase wide{
      "matmul of bf16 operands, wide, accumulates",
      {within({4, 7}, -1, 1), within({9, 4}, -1, 1), within({7, 9}, -1, 1)},
      [](const Tensors& x) {
        return matmul(
            cast(x[0], DType::bf16), cast(x[1], DType::bf16),
            {.transpose_a = true, .transpose_b = true, .accumulate = cast(x[2], DType::f32), .wide = true});
      },
      [rounded](const std::vector<Values>& x) {
        Values y = product(swapped(rounded(x[0]), 1, 4, 7), swapped(rounded(x[1]), 1, 9, 4), 1, 7, 4, 9);
        for (std::size_t i = 0; i < y.size(); ++i) y[i] += x[2][i];
        return y;
      }};
  wide.differentiable = false;  // rounded steps have no finite differences
  rows.push_back(wide);
  rows.push_back({"matmul of a row and a column",
                  {within({1, 9}, -1, 1), within({9, 1}, -1, 1)},
                  [](const Tensors& x) { return matmul(x[0], x[1]); },
                  [](const std::vector<Values>& x) { return product(x[0], x[1], 1, 1, 9, 1); }});
  rows.push_back({"matmul over nothing is zero",
                  {within({3, 0}, -1, 1), within({0, 2}, -1, 1)},
                  [](const Tensors& x) { return matmul(x[0], x[1]); },
                  [](const std::vector<Values>&) { return Values(6, 0.0); }});
  rows.push_back({"matmul of transposed views",
                  {within({2, 3, 4}, -1, 1), within({2, 5, 3}, -1, 1)},
                  [](const Tensors& x) { return matmul(swap_axes(x[0], 1, 2), swap_axes(x[1], 1, 2)); },
                  [](const std::vector<Values>& x) {
                    return product(swapped(x[0], 2, 3, 4), swapped(x[1], 2, 5, 3), 2, 4, 3, 5);
                  }});
  rows.push_back(
      {"matmul of head views",
       {within({2, 3, 2, 4}, -1, 1), within({2, 5, 2, 4}, -1, 1)},
       [](const Tensors& x) {
         return matmul(transpose(x[0], {0, 2, 1, 3}), transpose(x[1], {0, 2, 1, 3}), {.transpose_b = true});
       },
       [](const std::vector<Values>& x) {
         Values y;
         for (std::size_t b = 0; b < 2; ++b)
           for (std::size_t h = 0; h < 2; ++h)
             for (std::size_t t = 0; t < 3; ++t)
               for (std::size_t s = 0; s < 5; ++s) {
                 double total = 0;
                 for (std::size_t d = 0; d < 4; ++d) {
                   total += x[0][((b * 3 + t) * 2 + h) * 4 + d] * x[1][((b * 5 + s) * 2 + h) * 4 + d];
                 }
                 y.push_back(total);
               }
         return y;
       }});
}

void add_views(std::vector<OpCase>& rows) {
  rows.push_back({"reshape of a transposed view copies",
                  {within({3, 4}, -1, 1)},
                  [](const Tensors& x) {
                    return reshape(transpose(x[0], {1, 0}), {2, 6}) * 1.0;
                  },
                  [](const std::vector<Values>& x) { return swapped(x[0], 1, 3, 4); }});
  rows.push_back({"broadcast",
                  {within({3, 1}, -1, 1)},
                  [](const Tensors& x) {
                    return broadcast_to(x[0], {2, 3, 4});
                  },
                  [](const std::vector<Values>& x) {
                    Values y;
                    for (std::size_t i = 0; i < 24; ++i) y.push_back(x[0][i / 4 % 3]);
                    return y;
                  }});
  rows.push_back({"slice with steps",
                  {within({3, 9}, -1, 1)},
                  [](const Tensors& x) { return slice(x[0], 1, 1, 3, 3); },
                  [](const std::vector<Values>& x) {
                    Values y;
                    for (std::size_t r = 0; r < 3; ++r)
                      for (std::size_t c = 0; c < 3; ++c) y.push_back(x[0][r * 9 + 1 + 3 * c]);
                    return y;
                  }});
  rows.push_back({"pad",
                  {within({2, 3}, -1, 1)},
                  [](const Tensors& x) {
                    return pad(x[0], {{1, 0, 0}, {0, 2, 1}});
                  },
                  [](const std::vector<Values>& x) {
                    Values y(21);
                    for (std::size_t r = 0; r < 2; ++r)
                      for (std::size_t c = 0; c < 3; ++c) y[(r + 1) * 7 + 2 * c] = x[0][r * 3 + c];
                    return y;
                  }});
  rows.push_back({"concatenate",
                  {within({2, 3}, -1, 1), within({2, 2}, -1, 1), within({2, 0}, -1, 1)},
                  [](const Tensors& x) { return concatenate(x, 1); },
                  [](const std::vector<Values>& x) {
                    Values y;
                    for (std::size_t r = 0; r < 2; ++r) {
                      for (std::size_t c = 0; c < 3; ++c) y.push_back(x[0][r * 3 + c]);
                      for (std::size_t c = 0; c < 2; ++c) y.push_back(x[1][r * 2 + c]);
                    }
                    return y;
                  }});
  rows.push_back({"iota",
                  {within({4}, -1, 1)},
                  [](const Tensors& x) {
                    return x[0] * iota(x[0].graph(), {x[0].dtype(), {3, 4}}, 0);
                  },
                  [](const std::vector<Values>& x) {
                    Values y;
                    for (std::size_t i = 0; i < 12; ++i)
                      y.push_back(x[0][i % 4] * static_cast<double>(i / 4));
                    return y;
                  }});
}

void add_gathers(std::vector<OpCase>& rows) {
  rows.push_back({"gather_rows",
                  {within({6, 5}, -1, 1), indices({2, 4}, 6)},
                  [](const Tensors& x) { return gather_rows(x[0], x[1]); },
                  [](const std::vector<Values>& x) {
                    Values y;
                    for (const double i : x[1])
                      for (std::size_t j = 0; j < 5; ++j)
                        y.push_back(x[0][static_cast<std::size_t>(i) * 5 + j]);
                    return y;
                  }});
  rows.push_back({"scatter_add",
                  {within({4, 3}, -1, 1), indices({9}, 4), within({9, 3}, -1, 1)},
                  [](const Tensors& x) { return scatter_add(x[0], x[1], x[2]); },
                  [](const std::vector<Values>& x) {
                    Values y = x[0];
                    for (std::size_t i = 0; i < 9; ++i)
                      for (std::size_t j = 0; j < 3; ++j)
                        y[static_cast<std::size_t>(x[1][i]) * 3 + j] += x[2][i * 3 + j];
                    return y;
                  }});
  rows.push_back({"slice_at",
                  {within({2, 7, 3}, -1, 1), indices({}, 5)},
                  [](const Tensors& x) { return slice_at(x[0], 1, x[1], 2); },
                  [](const std::vector<Values>& x) {
                    Values y;
                    const auto start = static_cast<std::size_t>(x[1][0]);
                    for (std::size_t b = 0; b < 2; ++b)
                      for (std::size_t i = 0; i < 6; ++i) y.push_back(x[0][b * 21 + start * 3 + i]);
                    return y;
                  }});
  rows.push_back({"update_at",
                  {within({2, 7, 3}, -1, 1), within({2, 2, 3}, -1, 1), indices({}, 5)},
                  [](const Tensors& x) { return update_at(x[0], 1, x[2], x[1]); },
                  [](const std::vector<Values>& x) {
                    Values y = x[0];
                    const auto start = static_cast<std::size_t>(x[2][0]);
                    for (std::size_t b = 0; b < 2; ++b)
                      for (std::size_t i = 0; i < 6; ++i) y[b * 21 + start * 3 + i] = x[1][b * 6 + i];
                    return y;
                  }});
  rows.push_back({"top_k values",
                  {within({3, 11}, -1, 1)},
                  [](const Tensors& x) { return top_k(x[0], 4).values; },
                  [](const std::vector<Values>& x) {
                    Values y;
                    for (std::size_t r = 0; r < 3; ++r) {
                      Values row(x[0].begin() + static_cast<std::ptrdiff_t>(r * 11),
                                 x[0].begin() + static_cast<std::ptrdiff_t>(r * 11 + 11));
                      std::sort(row.rbegin(), row.rend());
                      y.insert(y.end(), row.begin(), row.begin() + 4);
                    }
                    return y;
                  }});
  rows.push_back({"arg_max takes the lowest index of equal values",
                  {indices({5, 40}, 6)},
                  [](const Tensors& x) { return arg_max(cast(x[0], DType::f32)); },
                  [](const std::vector<Values>& x) {
                    Values y;
                    for (std::size_t r = 0; r < 5; ++r) {
                      const auto begin = x[0].begin() + static_cast<std::ptrdiff_t>(r * 40);
                      y.push_back(static_cast<double>(std::max_element(begin, begin + 40) - begin));
                    }
                    return y;
                  },
                  false});
}

}  // namespace

std::vector<OpCase> structure_cases() {
  std::vector<OpCase> rows;
  add_reductions(rows);
  add_products(rows);
  add_views(rows);
  add_gathers(rows);
  return rows;
}

}  // namespace heed::test

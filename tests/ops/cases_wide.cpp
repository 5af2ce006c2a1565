// Every op at its largest rank, eight.
#include <cmath>
#include <limits>

#include "op_cases.h"

#include <heed/ops/activations.h>
#include <heed/ops/after.h>
#include <heed/ops/cross_entropy.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/gather.h>
#include <heed/ops/layer_norm.h>
#include <heed/ops/mask.h>
#include <heed/ops/matmul.h>
#include <heed/ops/optimizer.h>
#include <heed/ops/pad.h>
#include <heed/ops/philox.h>
#include <heed/ops/random.h>
#include <heed/ops/reduce.h>
#include <heed/ops/reverse.h>
#include <heed/ops/rms_norm.h>
#include <heed/ops/softmax.h>
#include <heed/ops/split.h>
#include <heed/ops/take.h>
#include <heed/ops/topk.h>
#include <heed/ops/views.h>

namespace heed::test {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

using Index = std::vector<std::int64_t>;

// One value for each index tuple of a shape, in row-major order.
Values tabulate(const Shape& shape, const std::function<double(const Index&)>& value) {
  Values values;
  Index index(static_cast<std::size_t>(shape.rank()));
  for (std::int64_t i = 0; i < shape.elements(); ++i) {
    std::int64_t rest = i;
    for (int axis = shape.rank(); axis-- > 0;) {
      index[static_cast<std::size_t>(axis)] = rest % shape[axis];
      rest /= shape[axis];
    }
    values.push_back(value(index));
  }
  return values;
}

// The element of a tensor at an index; axes of size 1 repeat.
double at(const Values& values, const Shape& shape, const Index& index) {
  std::int64_t place = 0;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const std::int64_t i = index[static_cast<std::size_t>(axis)];
    place = place * shape[axis] + (shape[axis] == 1 ? 0 : i);
  }
  return values[static_cast<std::size_t>(place)];
}

Index with(Index index, std::size_t axis, std::int64_t value) {
  index[axis] = value;
  return index;
}

const Shape wide{2, 1, 3, 1, 2, 1, 2, 4};   // 96 elements
const Shape other{1, 3, 1, 1, 2, 2, 1, 4};  // broadcasts with it
const Shape joint{2, 3, 3, 1, 2, 2, 2, 4};  // to this
const Shape rows_of_wide{2, 1, 3, 1, 2, 1, 2};

// A row of one real input of shape `wide`, whose expected values are given one by one.
OpCase of_wide(std::string name, std::function<Tensor(Tensor)> build, Shape result,
               std::function<double(const Values&, const Index&)> value) {
  return {std::move(name),
          {within(wide, -1, 1)},
          [build](const Tensors& x) { return build(x[0]); },
          [result, value](const std::vector<Values>& x) {
            return tabulate(result, [&](const Index& i) { return value(x[0], i); });
          }};
}

double row_sum(const Values& x, Index i, const std::function<double(double)>& f) {
  double total = 0;
  for (i[7] = 0; i[7] < 4; ++i[7]) total += f(at(x, wide, i));
  return total;
}

void add_wide_elementwise(std::vector<OpCase>& rows) {
  rows.push_back(
      {"rank 8: elementwise broadcasts",
       {within(wide, -1, 1), within(other, -1, 1)},
       [](const Tensors& x) { return heed::tanh(x[0] * x[1]) + select(less(x[0], x[1]), x[0], x[1]); },
       [](const std::vector<Values>& x) {
         return tabulate(joint, [&](const Index& i) {
           const double a = at(x[0], wide, i), b = at(x[1], other, i);
           return std::tanh(a * b) + std::min(a, b);
         });
       }});
  rows.push_back(of_wide(
      "rank 8: elementwise on a transposed view",
      [](Tensor x) {
        return heed::exp(transpose(x, {7, 6, 5, 4, 3, 2, 1, 0})) * 1.5;
      },
      {4, 2, 1, 2, 1, 3, 1, 2},
      [](const Values& x, const Index& i) {
        return 1.5 * std::exp(at(x, wide, Index(i.rbegin(), i.rend())));
      }));
  rows.push_back(
      {"rank 8: several results",
       {within(wide, -1, 1), within(wide, -1, 1), within(wide, -1, 1)},
       [](const Tensors& x) {
         const MomentumState next = momentum_update({x[0], x[1]}, x[2], scalar_like(x[0], 0.1), {});
         return next.parameter * next.momentum;
       },
       [](const std::vector<Values>& x) {
         Values y;
         for (std::size_t i = 0; i < x[0].size(); ++i) {
           const double velocity = 0.9 * x[1][i] + x[2][i];
           y.push_back((x[0][i] - 0.1 * velocity) * velocity);
         }
         return y;
       }});
  rows.push_back(of_wide(
      "rank 8: dropout", [](Tensor x) { return dropout(x, 0.4); }, {96},
      [](const Values& x, const Index& i) {
        const auto place = static_cast<std::size_t>(i[0]);
        return keeps(stream_of("dropout:0"), place, 0.4) ? x[place] / 0.6 : 0;
      }));
}

void add_wide_reductions(std::vector<OpCase>& rows) {
  rows.push_back(of_wide(
      "rank 8: sum of every other axis",
      [](Tensor x) {
        return sum(x, {0, 2, 4, 6}, true);
      },
      {1, 1, 1, 1, 1, 1, 1, 4},
      [](const Values& x, const Index& i) {
        double total = 0;
        for (std::size_t k = 0; k < 96; ++k) total += k % 4 == static_cast<std::size_t>(i[7]) ? x[k] : 0;
        return total;
      }));
  rows.push_back(of_wide(
      "rank 8: maximum of the outermost and the last axis",
      [](Tensor x) {
        return reduce_max(x, {0, 7});
      },
      {1, 3, 1, 2, 1, 2},
      [](const Values& x, const Index& i) {
        double largest = -infinity;
        for (std::int64_t a = 0; a < 2; ++a)
          for (std::int64_t b = 0; b < 4; ++b)
            largest = std::max(largest, at(x, wide, {a, i[0], i[1], i[2], i[3], i[4], i[5], b}));
        return largest;
      }));
  rows.push_back(of_wide(
      "rank 8: variance", [](Tensor x) { return variance(x, {7}, true); }, wide.with(7, 1),
      [](const Values& x, const Index& i) {
        const double mean = row_sum(x, i, [](double v) { return v / 4; });
        return row_sum(x, i, [&](double v) { return (v - mean) * (v - mean) / 4; });
      }));
}

void add_wide_rows(std::vector<OpCase>& rows) {
  const auto normalised = [](const Values& x, const Index& i) {
    return std::exp(at(x, wide, i)) / row_sum(x, i, [](double v) { return std::exp(v); });
  };
  rows.push_back(of_wide(
      "rank 8: softmax", [](Tensor x) { return softmax(x); }, wide, normalised));
  rows.push_back(of_wide(
      "rank 8: softmax of a middle axis", [](Tensor x) { return softmax(x, 2); }, wide,
      [](const Values& x, const Index& i) {
        double total = 0;
        for (std::int64_t k = 0; k < 3; ++k) total += std::exp(at(x, wide, with(i, 2, k)));
        return std::exp(at(x, wide, i)) / total;
      }));
  rows.push_back(of_wide(
      "rank 8: log_softmax", [](Tensor x) { return log_softmax(x); }, wide,
      [=](const Values& x, const Index& i) { return std::log(normalised(x, i)); }));
  rows.push_back(of_wide(
      "rank 8: masked_softmax", [](Tensor x) { return masked_softmax(x, less_equal(-2.0, x)); }, wide,
      normalised));
  rows.push_back(
      {"rank 8: layer_norm and rms_norm",
       {within(wide, -1, 1), within({4}, 0.5, 1.5), within({4}, -1, 1)},
       [](const Tensors& x) { return layer_norm(x[0], x[1], x[2], 0.1) + rms_norm(x[0], x[1], 0.1); },
       [](const std::vector<Values>& x) {
         return tabulate(wide, [&](const Index& i) {
           const double v = at(x[0], wide, i);
           const double mean = row_sum(x[0], i, [](double u) { return u / 4; });
           const double squares = row_sum(x[0], i, [](double u) { return u * u / 4; });
           const auto j = static_cast<std::size_t>(i[7]);
           return x[1][j] * (v - mean) / std::sqrt(squares - mean * mean + 0.1) + x[2][j] +
                  x[1][j] * v / std::sqrt(squares + 0.1);
         });
       }});
  rows.push_back({"rank 8: cross_entropy",
                  {within(wide, -1, 1), indices(rows_of_wide, 4)},
                  [](const Tensors& x) { return cross_entropy(x[0], x[1], 0.1); },
                  [](const std::vector<Values>& x) {
                    return tabulate(rows_of_wide, [&](Index i) {
                      const auto target = static_cast<std::int64_t>(at(x[1], rows_of_wide, i));
                      i.push_back(target);
                      const double lse = std::log(row_sum(x[0], i, [](double v) { return std::exp(v); }));
                      return lse - 0.9 * at(x[0], wide, i) -
                             row_sum(x[0], i, [](double v) { return 0.025 * v; });
                    });
                  }});
  rows.push_back(of_wide(
      "rank 8: maxout", [](Tensor x) { return maxout(x); }, wide.with(7, 2),
      [](const Values& x, const Index& i) {
        return std::max(at(x, wide, with(i, 7, 2 * i[7])), at(x, wide, with(i, 7, 2 * i[7] + 1)));
      }));
  rows.push_back(of_wide(
      "rank 8: top_k", [](Tensor x) { return top_k(x, 1).values; }, wide.with(7, 1),
      [](const Values& x, const Index& i) {
        double largest = -infinity;
        for (std::int64_t k = 0; k < 4; ++k) largest = std::max(largest, at(x, wide, with(i, 7, k)));
        return largest;
      }));
}

void add_wide_products(std::vector<OpCase>& rows) {
  const Shape a{2, 1, 3, 1, 2, 1, 3, 4}, b{1, 2, 1, 1, 2, 1, 4, 2}, c{2, 2, 3, 1, 2, 1, 3, 2};
  rows.push_back({"rank 8: matmul broadcasts and accumulates",
                  {within(a, -1, 1), within(b, -1, 1), within(c, -1, 1)},
                  [](const Tensors& x) { return matmul(x[0], x[1], {.accumulate = x[2]}); },
                  [=](const std::vector<Values>& x) {
                    return tabulate(c, [&](const Index& i) {
                      double total = at(x[2], c, i);
                      for (std::int64_t k = 0; k < 4; ++k)
                        total += at(x[0], a, with(i, 7, k)) * at(x[1], b, with(i, 6, k));
                      return total;
                    });
                  }});
}

void add_wide_movement(std::vector<OpCase>& rows) {
  rows.push_back(of_wide(
      "rank 8: reverse",
      [](Tensor x) {
        return reverse(x, {0, 2, 4, 7});
      },
      wide,
      [](const Values& x, const Index& i) {
        return at(x, wide, {1 - i[0], 0, 2 - i[2], 0, 1 - i[4], 0, i[6], 3 - i[7]});
      }));
  rows.push_back(of_wide(
      "rank 8: slice, then broadcast",
      [](Tensor x) {
        return broadcast_to(slice(slice(x, 7, 1, 2, 2), 2, 1, 2), joint.with(2, 2).with(7, 2));
      },
      joint.with(2, 2).with(7, 2),
      [](const Values& x, const Index& i) {
        return at(x, wide, {i[0], 0, i[2] + 1, 0, i[4], 0, i[6], 1 + 2 * i[7]});
      }));
  rows.push_back(of_wide(
      "rank 8: pad",
      [](Tensor x) {
        return pad(x, {{}, {0, 1, 0}, {1, 0, 1}, {}, {}, {}, {}, {0, 2, 0}});
      },
      {2, 2, 6, 1, 2, 1, 2, 6},
      [](const Values& x, const Index& i) {
        const bool inside = i[1] == 0 && i[2] % 2 == 1 && i[7] < 4;
        return inside ? at(x, wide, with(i, 2, i[2] / 2)) : 0;
      }));
  rows.push_back(of_wide(
      "rank 8: concatenate and split",
      [](Tensor x) {
        return concatenate(Tensors{split(x, 7, 2)[1], x}, 7);
      },
      wide.with(7, 6),
      [](const Values& x, const Index& i) {
        return at(x, wide, with(i, 7, i[7] < 2 ? i[7] + 2 : i[7] - 2));
      }));
  rows.push_back(of_wide(
      "rank 8: after and iota",
      [](Tensor x) {
        return after(x, x) * iota(x.graph(), {x.dtype(), wide}, 2);
      },
      wide, [](const Values& x, const Index& i) { return at(x, wide, i) * static_cast<double>(i[2]); }));
  rows.push_back({"rank 8: random_bits",
                  {within({1}, 0, 1)},
                  [](const Tensors& x) {
                    return cast(shift_right(random_bits(random_key(x[0].graph()), 3, wide), 8.0), DType::f32);
                  },
                  [](const std::vector<Values>&) {
                    Values y;
                    for (std::uint32_t i = 0; i < 96; ++i)
                      y.push_back(philox({i / 4, 3, 0, 0}, {0, 0})[i % 4] >> 8);
                    return y;
                  },
                  false});
}

void add_wide_indexing(std::vector<OpCase>& rows) {
  const Shape table{5, 2, 1, 3}, places{2, 1, 2, 1, 2}, chosen{2, 1, 2, 1, 2, 2, 1, 3};
  rows.push_back({"rank 8: gather_rows",
                  {within(table, -1, 1), indices(places, 5)},
                  [](const Tensors& x) { return gather_rows(x[0], x[1]); },
                  [=](const std::vector<Values>& x) {
                    return tabulate(chosen, [&](const Index& i) {
                      const auto row = static_cast<std::int64_t>(at(x[1], places, i));
                      return at(x[0], table, {row, i[5], i[6], i[7]});
                    });
                  }});
  rows.push_back({"rank 8: scatter_add of rows",
                  {within(table, -1, 1), indices(places, 5), within(chosen, -1, 1)},
                  [](const Tensors& x) { return scatter_add(x[0], x[1], x[2]); },
                  [=](const std::vector<Values>& x) {
                    Values y = x[0];
                    for (std::size_t i = 0; i < x[2].size(); ++i)
                      y[static_cast<std::size_t>(x[1][i / 6]) * 6 + i % 6] += x[2][i];
                    return y;
                  }});
  rows.push_back({"rank 8: update_at, then slice_at",
                  {within(wide, -1, 1), within(wide.with(2, 1), -1, 1), indices({}, 3)},
                  [](const Tensors& x) { return slice_at(update_at(x[0], 2, x[2], x[1]), 2, x[2], 2); },
                  [](const std::vector<Values>& x) {
                    const auto written = static_cast<std::int64_t>(x[2][0]);
                    const std::int64_t first = std::min<std::int64_t>(written, 1);
                    return tabulate(wide.with(2, 2), [&](const Index& i) {
                      const bool fresh = first + i[2] == written;
                      return fresh ? at(x[1], wide.with(2, 1), i) : at(x[0], wide, with(i, 2, first + i[2]));
                    });
                  }});
  rows.push_back({"rank 8: take_along_axis",
                  {within(wide, -1, 1), indices(wide.with(2, 2), 3)},
                  [](const Tensors& x) { return take_along_axis(x[0], x[1], 2); },
                  [](const std::vector<Values>& x) {
                    return tabulate(wide.with(2, 2), [&](const Index& i) {
                      const auto k = static_cast<std::int64_t>(at(x[1], wide.with(2, 2), i));
                      return at(x[0], wide, with(i, 2, k));
                    });
                  }});
  rows.push_back({"rank 8: one_hot",
                  {indices(rows_of_wide, 3)},
                  [](const Tensors& x) { return one_hot(x[0], 3); },
                  [](const std::vector<Values>& x) {
                    return tabulate(rows_of_wide.appended(3), [&](const Index& i) {
                      return at(x[0], rows_of_wide, i) == static_cast<double>(i[7]) ? 1 : 0;
                    });
                  },
                  false});
}

}  // namespace

std::vector<OpCase> wide_cases() {
  std::vector<OpCase> rows;
  add_wide_elementwise(rows);
  add_wide_reductions(rows);
  add_wide_rows(rows);
  add_wide_products(rows);
  add_wide_movement(rows);
  add_wide_indexing(rows);
  return rows;
}

}  // namespace heed::test

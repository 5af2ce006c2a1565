// Every op on tensors without elements.
#include <limits>

#include "op_cases.h"

#include <heed/ops/activations.h>
#include <heed/ops/after.h>
#include <heed/ops/attention.h>
#include <heed/ops/cross_entropy.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/gather.h>
#include <heed/ops/layer_norm.h>
#include <heed/ops/mask.h>
#include <heed/ops/matmul.h>
#include <heed/ops/optimizer.h>
#include <heed/ops/pad.h>
#include <heed/ops/random.h>
#include <heed/ops/reduce.h>
#include <heed/ops/reverse.h>
#include <heed/ops/softmax.h>
#include <heed/ops/split.h>
#include <heed/ops/take.h>
#include <heed/ops/topk.h>
#include <heed/ops/views.h>

namespace heed::test {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

OpCase empty(std::string name, std::vector<CaseInput> inputs, std::function<Tensor(const Tensors&)> build,
             Values expected = {}) {
  return {"empty: " + std::move(name), std::move(inputs), std::move(build),
          [expected](const std::vector<Values>&) { return expected; }};
}

CaseInput real(Shape shape) {
  return within(shape, -1, 1);
}

void add_empty_movement(std::vector<OpCase>& rows) {
  rows.push_back(empty("transpose, reshape", {real({0, 3})}, [](const Tensors& x) {
    return reshape(transpose(x[0], {1, 0}), {5, 0, 2}) * 2.0;
  }));
  rows.push_back(empty("broadcast", {real({1, 3})}, [](const Tensors& x) {
    return broadcast_to(x[0], {0, 3}) * 2.0;
  }));
  rows.push_back(empty("slice", {real({4, 3})}, [](const Tensors& x) { return slice(x[0], 0, 2, 0) * 2.0; }));
  rows.push_back(empty(
      "pad", {real({0, 2})},
      [](const Tensors& x) {
        return pad(x[0], {{1, 1, 3}, {0, 1, 0}});
      },
      Values(6, 0.0)));
  rows.push_back(
      empty("concatenate", {real({2, 0}), real({2, 0})}, [](const Tensors& x) { return concatenate(x, 1); }));
  rows.push_back(empty("split", {real({2, 0})}, [](const Tensors& x) { return split(x[0], 1, 3)[1] * 2.0; }));
  rows.push_back(empty("reverse", {real({3, 0, 2})}, [](const Tensors& x) { return reverse(x[0], {0, 1}); }));
  rows.push_back(
      empty("after", {real({3, 0}), real({2})}, [](const Tensors& x) { return after(x[0], x[1]); }));
  rows.push_back(
      empty("iota", {real({0})}, [](const Tensors& x) { return x[0] * iota(x[0].graph(), x[0].type(), 0); }));
  rows.push_back(empty("random numbers", {real({0})}, [](const Tensors& x) {
    return x[0] * cast(uniform(x[0].graph(), {3, 0}) + normal(x[0].graph(), {3, 0}), x[0].dtype());
  }));
  rows.push_back(empty("dropout", {real({4, 0})}, [](const Tensors& x) { return dropout(x[0], 0.5); }));
}

void add_empty_indexing(std::vector<OpCase>& rows) {
  rows.push_back(empty("gather_rows of none", {real({4, 3}), indices({0}, 4)},
                       [](const Tensors& x) { return gather_rows(x[0], x[1]); }));
  rows.push_back(empty(
      "gather_rows of an empty table", {real({0, 2}), indices({3}, 4)},
      [](const Tensors& x) { return gather_rows(x[0], x[1]); }, Values(6, 0.0)));
  rows.push_back(empty("gather_rows without columns", {real({4, 0}), indices({3}, 4)},
                       [](const Tensors& x) { return gather_rows(x[0], x[1]); }));
  rows.push_back({"empty: scatter_add of no rows",
                  {real({4, 3}), indices({0}, 4), real({0, 3})},
                  [](const Tensors& x) { return scatter_add(x[0], x[1], x[2]); },
                  [](const std::vector<Values>& x) { return x[0]; }});
  rows.push_back(empty("slice_at", {real({4, 3}), indices({}, 4)},
                       [](const Tensors& x) { return slice_at(x[0], 0, x[1], 0); }));
  rows.push_back({"empty: update_at with nothing",
                  {real({4, 3}), real({0, 3}), indices({}, 4)},
                  [](const Tensors& x) { return update_at(x[0], 0, x[2], x[1]); },
                  [](const std::vector<Values>& x) { return x[0]; }});
  rows.push_back(empty("top_k", {real({0, 3})}, [](const Tensors& x) { return top_k(x[0], 2).values; }));
  rows.push_back(empty("take_along_axis", {real({2, 3}), indices({2, 0}, 3)},
                       [](const Tensors& x) { return take_along_axis(x[0], x[1], 1); }));
  rows.push_back(empty(
      "take_along_axis from nothing", {real({2, 0}), indices({2, 3}, 3)},
      [](const Tensors& x) { return take_along_axis(x[0], x[1], 1); }, Values(6, 0.0)));
}

void add_empty_computation(std::vector<OpCase>& rows) {
  rows.push_back(empty("several results", {real({0}), real({0}), real({0})}, [](const Tensors& x) {
    const MomentumState next = momentum_update({x[0], x[1]}, x[2], scalar_like(x[0], 0.1), {});
    return next.parameter * next.momentum;
  }));
  rows.push_back(empty("sum of all", {real({2, 0})}, [](const Tensors& x) { return sum(x[0]); }, {0}));
  rows.push_back(
      empty("sum along the other axis", {real({2, 0})}, [](const Tensors& x) { return sum(x[0], {0}); }));
  rows.push_back(empty("maximum and minimum", {real({2, 0})},
                       [](const Tensors& x) {
                         return concatenate(Tensors{reduce_max(x[0], {1}), reduce_min(x[0], {1})}, 0);
                       },
                       {-infinity, -infinity, infinity, infinity}));
  rows.back().differentiable = false;  // infinite values have no differences
  for (const auto& [name, a, b] :
       std::vector<std::tuple<std::string, Shape, Shape>>{{"no rows", {0, 3}, {3, 2}},
                                                          {"no columns", {2, 3}, {3, 0}},
                                                          {"no batch", {0, 2, 3}, {3, 2}},
                                                          {"no batch on both sides", {0, 2, 3}, {0, 3, 2}}}) {
    rows.push_back(empty("matmul with " + name, {real(a), real(b)},
                         [](const Tensors& x) { return matmul(x[0], x[1]); }));
  }
  rows.push_back({"empty: matmul over nothing accumulates",
                  {real({2, 0}), real({0, 3}), real({2, 3})},
                  [](const Tensors& x) { return matmul(x[0], x[1], {.accumulate = x[2]}); },
                  [](const std::vector<Values>& x) { return x[2]; }});
  rows.push_back(empty("softmax of no rows", {real({0, 4})}, [](const Tensors& x) { return softmax(x[0]); }));
  rows.push_back(empty("softmax of nothing", {real({4, 0})}, [](const Tensors& x) { return softmax(x[0]); }));
  rows.push_back(empty("masked_softmax", {real({0, 4})},
                       [](const Tensors& x) { return masked_softmax(x[0], less(x[0], 0.5)); }));
  rows.push_back(empty("layer_norm of no rows", {real({0, 4}), real({4}), real({4})},
                       [](const Tensors& x) { return layer_norm(x[0], x[1], x[2]); }));
  rows.push_back(empty("layer_norm of nothing", {real({4, 0}), real({0}), real({0})},
                       [](const Tensors& x) { return layer_norm(x[0], x[1], x[2]); }));
  rows.push_back(empty("cross_entropy", {real({0, 4}), indices({0}, 4)},
                       [](const Tensors& x) { return cross_entropy(x[0], x[1], 0.1); }));
  rows.push_back(empty("maxout", {real({0, 4})}, [](const Tensors& x) { return maxout(x[0]); }));
  rows.push_back(empty("attention without queries",
                       {real({2, 0, 1, 3}), real({2, 4, 1, 3}), real({2, 4, 1, 3})},
                       [](const Tensors& x) { return attention(x[0], x[1], x[2], {}).result; }));
  rows.push_back(empty(
      "attention without keys", {real({2, 4, 1, 3}), real({2, 0, 1, 3}), real({2, 0, 1, 3})},
      [](const Tensors& x) { return attention(x[0], x[1], x[2], {.causal = true}).result; },
      Values(24, 0.0)));
  rows.push_back(empty("attention without a batch",
                       {real({0, 4, 2, 3}), real({0, 5, 2, 3}), real({0, 5, 2, 3})},
                       [](const Tensors& x) { return attention(x[0], x[1], x[2], {}).result; }));
}

}  // namespace

std::vector<OpCase> empty_cases() {
  std::vector<OpCase> rows;
  add_empty_movement(rows);
  add_empty_indexing(rows);
  add_empty_computation(rows);
  return rows;
}

}  // namespace heed::test

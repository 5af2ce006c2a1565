// What every row of the op table is held to.
#include <cmath>
#include <set>
#include <typeindex>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <heed/autodiff/check_gradients.h>
#include <heed/autodiff/gradients.h>
#include <heed/autodiff/jvp.h>
#include <heed/backends/executable.h>
#include <heed/backends/host/kernel_table.h>
#include <heed/backends/reference/kernels.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/philox.h>
#include <heed/ops/reduce.h>
#ifdef HEED_HAS_ONEDNN
#include <heed/backends/onednn/kernels.h>
#endif

#include "op_cases.h"

using namespace heed;
using namespace heed::test;

namespace {

double unit(std::uint32_t stream, std::int64_t i) {
  return philox({static_cast<std::uint32_t>(i), stream, 7, 7}, {1, 2})[0] * 0x1p-32;
}

Array draw(const CaseInput& input, DType real, std::uint32_t stream) {
  const bool is_real = input.index_type == DType::f64;
  Array values(is_real ? real : input.index_type, input.shape);
  for (std::int64_t i = 0; i < values.elements(); ++i) {
    const double value = input.low + (input.high - input.low) * unit(stream, i);
    values.set_number(i, is_real ? value : std::floor(value));
  }
  return values;
}

// A row built in a graph of its own, at a fixed point.
struct Built {
  std::unique_ptr<Graph> graph = std::make_unique<Graph>();
  Tensors inputs;
  Tensors reals;
  std::vector<Feed> point;
  Tensor result;
};

Built build(const OpCase& row, DType real) {
  Built built;
  for (std::size_t i = 0; i < row.inputs.size(); ++i) {
    // Drawn in float32, so that both precisions see the same numbers.
    const Array drawn = draw(row.inputs[i], DType::f32, static_cast<std::uint32_t>(i));
    const DType dtype = drawn.dtype() == DType::f32 ? real : drawn.dtype();
    const Tensor tensor = built.graph->input(fmt::format("x{}", i), dtype, row.inputs[i].shape);
    built.inputs.push_back(tensor);
    if (dtype == real) built.reals.push_back(tensor);
    built.point.push_back({tensor, drawn.converted(dtype)});
  }
  built.result = row.build(built.inputs);
  return built;
}

std::vector<Values> as_doubles(const std::vector<Feed>& point) {
  std::vector<Values> all;
  for (const Feed& feed : point) {
    Values values;
    for (std::int64_t i = 0; i < feed.values.elements(); ++i) values.push_back(feed.values.number(i));
    all.push_back(std::move(values));
  }
  return all;
}

// The result as one number, weighted by fixed random numbers so that no symmetry hides a wrong factor.
Tensor weighted_sum(Tensor x, std::uint32_t stream) {
  Array weights(x.dtype(), x.shape());
  for (std::int64_t i = 0; i < weights.elements(); ++i) weights.set_number(i, 0.5 + unit(stream, i));
  return sum(x * x.graph().constant(std::move(weights)));
}

double distance(double a, double b) {
  if (a == b || (std::isnan(a) && std::isnan(b))) return 0;
  const double off = std::abs(a - b) / std::max({1.0, std::abs(a), std::abs(b)});
  return std::isnan(off) ? HUGE_VAL : off;
}

double worst_distance(const Array& a, const Array& b) {
  double worst = 0;
  for (std::int64_t i = 0; i < a.elements(); ++i) worst = std::max(worst, distance(a.number(i), b.number(i)));
  return worst;
}

std::vector<Array> run(const std::string& backend, const Built& built, const Tensors& fetches,
                       int threads = 0) {
  return evaluate_on(open_backend(backend, {.threads = threads}))(fetches, built.point);
}

// The result and, where the row has them, the gradients of its weighted sum.
Tensors everything(const OpCase& row, const Built& built) {
  Tensors fetches{built.result};
  if (!row.differentiable) return fetches;
  for (const Tensor& gradient : gradients(weighted_sum(built.result, 99), built.reals))
    fetches.push_back(gradient);
  return fetches;
}

}  // namespace

TEST_CASE("every row agrees with its oracle in float64") {
  for (const OpCase& row : op_cases()) {
    CAPTURE(row.name);
    const Built built = build(row, DType::f64);
    const Array result = run("reference", built, {built.result}).front();
    const Values expected = row.oracle(as_doubles(built.point));
    REQUIRE(static_cast<std::size_t>(result.elements()) == expected.size());
    const double tolerance = result.dtype() == DType::f64 ? 1e-11 : 1e-6;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      CAPTURE(i);
      REQUIRE(distance(result.number(static_cast<std::int64_t>(i)), expected[i]) < tolerance);
    }
  }
}

TEST_CASE("every gradient agrees with finite differences in float64") {
  const Evaluate evaluate = evaluate_on(open_backend("reference"));
  for (const OpCase& row : op_cases()) {
    if (!row.differentiable) continue;
    CAPTURE(row.name);
    const Built built = build(row, DType::f64);
    const GradientCheck check = check_gradients(evaluate, weighted_sum(built.result, 99), built.reals,
                                                built.point, {.most_elements = 64});
    CAPTURE(to_string(check));
    CHECK(check.worst < 1e-7);
  }
}

TEST_CASE("every second derivative agrees with finite differences in float64") {
  const Evaluate evaluate = evaluate_on(open_backend("reference"));
  for (const OpCase& row : op_cases()) {
    if (!row.differentiable || !row.twice_differentiable) continue;
    CAPTURE(row.name);
    const Built built = build(row, DType::f64);
    const Tensors first = gradients(weighted_sum(square(built.result), 99), built.reals);
    Tensor total = weighted_sum(first.front(), 98);
    for (std::size_t i = 1; i < first.size(); ++i)
      total = total + weighted_sum(first[i], 98 - static_cast<std::uint32_t>(i));
    const GradientCheck check =
        check_gradients(evaluate, total, built.reals, built.point, {.most_elements = 16});
    CAPTURE(to_string(check));
    CHECK(check.worst < 1e-6);
  }
}

// Along a direction t an output y moves by J t, and y's weighted sum by w . J t, which is gradient . t.
TEST_CASE("every derivative along a direction agrees with the gradient in float64") {
  for (const OpCase& row : op_cases()) {
    if (!row.differentiable) continue;
    CAPTURE(row.name);
    const Built built = build(row, DType::f64);
    Tensors tangents;
    for (std::size_t i = 0; i < built.reals.size(); ++i) {
      Array tangent(DType::f64, built.reals[i].shape());
      for (std::int64_t k = 0; k < tangent.elements(); ++k)
        tangent.set_number(k, unit(70 + static_cast<std::uint32_t>(i), k) - 0.5);
      tangents.push_back(built.graph->constant(tangent));
    }
    const Tensor along = jvp(std::span(&built.result, 1), built.reals, tangents).front();
    Tensors fetches{weighted_sum(along, 99)};
    const Tensors slopes = gradients(weighted_sum(built.result, 99), built.reals);
    for (std::size_t i = 0; i < slopes.size(); ++i) fetches.push_back(sum(slopes[i] * tangents[i]));
    const std::vector<Array> values = run("reference", built, fetches);
    double expected = 0;
    for (std::size_t i = 1; i < values.size(); ++i) expected += values[i].number(0);
    CHECK(distance(values[0].number(0), expected) < 1e-10);
  }
}

TEST_CASE("every backend agrees with the reference, forward and backward") {
  for (const std::string& backend : backend_names()) {
    for (const OpCase& row : op_cases()) {
      CAPTURE(backend);
      CAPTURE(row.name);
      const Built exact = build(row, DType::f64);
      const Built built = build(row, DType::f32);
      const std::vector<Array> expected = run("reference", exact, everything(row, exact));
      const std::vector<Array> got = run(backend, built, everything(row, built));
      for (std::size_t i = 0; i < got.size(); ++i) {
        CAPTURE(i);
        CHECK(worst_distance(got[i], expected[i]) < row.tolerance);
      }
    }
  }
}

TEST_CASE("the number of threads changes no bit") {
  for (const std::string& backend : backend_names()) {
    if (backend == "reference") continue;
    for (const OpCase& row : op_cases()) {
      CAPTURE(backend);
      CAPTURE(row.name);
      const Built built = build(row, DType::f32);
      const Tensors fetches = everything(row, built);
      const std::vector<Array> one = run(backend, built, fetches, 1);
      for (const int threads : {2, 3, 7}) CHECK(run(backend, built, fetches, threads) == one);
    }
  }
}

namespace {

void note_ops(const Graph& graph, std::set<std::type_index>& seen) {
  for (const Node& node : graph.nodes()) {
    const Op& op = *node.op;
    seen.insert(typeid(op));
  }
}

}  // namespace

TEST_CASE("every op that a backend has a kernel for has a row") {
  std::set<std::type_index> seen;
  for (const OpCase& row : op_cases()) {
    const Built built = build(row, DType::f32);
    everything(row, built);
    note_ops(*built.graph, seen);
  }
  const auto all_seen = [&](const host::KernelTable& table) {
    for (const auto& type : table.types()) {
      CAPTURE(type.name());
      CHECK(seen.contains(type));
    }
  };
  all_seen(reference::kernels());
#ifdef HEED_HAS_ONEDNN
  all_seen(onednn::kernels());
#endif
}

TEST_CASE("the numbers that rows draw are neither zero nor equal") {
  const Array values = draw(within({4, 5}, -1, 1), DType::f64, 0);
  std::set<double> distinct;
  for (std::int64_t i = 0; i < values.elements(); ++i) distinct.insert(values.number(i));
  CHECK(distinct.size() == 20);
  CHECK_FALSE(distinct.contains(0.0));
}

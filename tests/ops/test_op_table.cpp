// What every row of the op table is held to.
#include <cmath>
#include <set>
#include <typeindex>

#include "../cpu_backends.h"
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
#ifdef HEED_HAS_VULKAN
#include <heed/backends/vulkan/kernels.h>
#endif

#include "op_runs.h"

using namespace heed;
using namespace heed::test;

namespace {

std::vector<Values> as_doubles(const std::vector<Feed>& point) {
  std::vector<Values> all;
  for (const Feed& feed : point) {
    Values values;
    for (std::int64_t i = 0; i < feed.values.elements(); ++i) values.push_back(feed.values.number(i));
    all.push_back(std::move(values));
  }
  return all;
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
  for (const std::string& backend : cpu_backends()) {
    for (const OpCase& row : op_cases()) {
      CAPTURE(backend);
      CAPTURE(row.name);
      const std::vector<double> off = distances(open_backend(backend), row);
      for (std::size_t i = 0; i < off.size(); ++i) {
        CAPTURE(i);
        CHECK(off[i] < row.tolerance);
      }
    }
  }
}

TEST_CASE("the number of threads changes no bit") {
  for (const std::string& backend : cpu_backends()) {
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
  const auto all_seen = [&](const auto& table) {
    for (const auto& type : table.types()) {
      CAPTURE(type.name());
      CHECK(seen.contains(type));
    }
  };
  all_seen(reference::kernels());
#ifdef HEED_HAS_ONEDNN
  all_seen(onednn::kernels());
#endif
#ifdef HEED_HAS_VULKAN
  all_seen(vulkan::kernels());
#endif
}

TEST_CASE("the numbers that rows draw are neither zero nor equal") {
  const Array values = draw(within({4, 5}, -1, 1), DType::f64, 0);
  std::set<double> distinct;
  for (std::int64_t i = 0; i < values.elements(); ++i) distinct.insert(values.number(i));
  CHECK(distinct.size() == 20);
  CHECK_FALSE(distinct.contains(0.0));
}

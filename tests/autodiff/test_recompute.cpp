// Regions whose values gradients compute again: the same bits, less memory.
#include <algorithm>
#include <optional>

#include "../cpu_backends.h"
#include "support.h"
#include <doctest/doctest.h>

#include <heed/autodiff/gradients.h>
#include <heed/backends/backend.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/layer_norm.h>
#include <heed/ops/matmul.h>
#include <heed/ops/random.h>
#include <heed/ops/reduce.h>

using namespace heed;
using namespace heed::test;

namespace {

constexpr std::int64_t rows = 64, width = 32;

struct Layers {
  int count = 6;
  double dropout = 0.2;
  DType dtype = DType::f32;
};

// A stack of layers, each a region if `regions`; the loss is a scalar.
Tensor stack(Graph& graph, const Layers& layers, bool regions) {
  const auto weight = [&](const std::string& name, Shape shape) {
    return graph.variable(name, layers.dtype, shape, normal_with(0, 0.2));
  };
  Tensor x = weight("x", {rows, width});
  for (int i = 0; i < layers.count; ++i) {
    const auto scope = graph.scope(std::to_string(i));
    std::optional<Graph::Recompute> region;
    if (regions) region.emplace(graph);
    const Tensor inner = relu(matmul(x, weight("inner", {width, 4 * width})));
    const Tensor outer = dropout(matmul(inner, weight("outer", {4 * width, width})), layers.dropout);
    x = layer_norm(x + tanh(outer), weight("gain", {width}), weight("bias", {width}));
  }
  return sum(square(x));
}

struct Outcome {
  std::vector<Array> values;  // the loss, and all gradients
  std::int64_t peak = 0;
  std::size_t steps = 0;
};

Outcome run(const Tensors& fetches, const std::string& backend) {
  Variables variables(open_backend(backend), 3);
  Executable executable = compile(fetches, Updates{}, variables);
  executable.run();
  Outcome step;
  for (const Tensor& fetch : fetches) step.values.push_back(executable.value(fetch));
  step.peak = executable.plan().live_bytes;
  step.steps = executable.plan().steps.size();
  return step;
}

Outcome training_step(const Layers& layers, bool regions, const std::string& backend) {
  Graph graph;
  const Tensor loss = stack(graph, layers, regions);
  Tensors fetches = gradients(loss, graph.variables());
  fetches.push_back(loss);
  return run(fetches, backend);
}

bool same_bits(const Outcome& a, const Outcome& b) {
  return a.values.size() == b.values.size() &&
         std::equal(a.values.begin(), a.values.end(), b.values.begin(),
                    [](const Array& x, const Array& y) { return x == y; });
}

Tensor gradient(Tensor loss, Tensor x) {
  return gradients(loss, std::span(&x, 1)).front();
}

}  // namespace

TEST_CASE("recomputed layers have the same gradients to the last bit, dropout included") {
  for (const std::string& backend : cpu_backends()) {
    CAPTURE(backend);
    CHECK(same_bits(training_step({}, false, backend), training_step({}, true, backend)));
  }
}

TEST_CASE("a layer more costs what enters it, and not what it computes") {
  constexpr std::int64_t entering = rows * width * 4;
  for (const std::string& backend : cpu_backends()) {
    CAPTURE(backend);
    const auto cost = [&](bool regions) {
      const Outcome few = training_step({.count = 8}, regions, backend);
      const Outcome many = training_step({.count = 16}, regions, backend);
      return (many.peak - few.peak) / 8;
    };
    const std::int64_t weights = 4 * (2 * 4 * width * width + 2 * width);  // their gradients are fetched
    CHECK(cost(false) > weights + 4 * entering);
    CHECK(cost(true) < weights + 2 * entering);
  }
}

TEST_CASE("what a region computes is computed twice, its random numbers included") {
  Graph graph;
  const Tensor x = variable(graph, "x", {1, 2, 3, 4, 5, 6, 7, 8});
  Tensor y;
  {
    const auto region = graph.recompute();
    y = x * exp(uniform(graph, {8}, 0, 1, {.dtype = DType::f64}));
  }
  const Tensor fetches[] = {y, gradient(sum(square(y)), x)};
  Variables variables(open_backend("reference"), 0);
  const Executable executable = compile(std::span(fetches), Updates{}, variables);
  int draws = 0;
  for (const auto& step : executable.plan().steps) draws += step.op->name() == "random_bits";
  CHECK(draws == 2);
}

TEST_CASE("a region can be differentiated twice") {
  const auto second = [](bool regions) {
    Graph graph;
    const Tensor loss = stack(graph, {.count = 2, .dtype = DType::f64}, regions);
    const Tensors variables = graph.variables();
    Tensor total = scalar_like(loss, 0);
    for (const Tensor& slope : gradients(loss, variables)) total = total + sum(square(slope));
    Tensors fetches = gradients(total, variables);
    fetches.push_back(total);
    return run(fetches, "reference");
  };
  // A value's second-order gradients from its two computations add up in another order.
  const Outcome kept = second(false), recomputed = second(true);
  for (std::size_t i = 0; i < kept.values.size(); ++i) {
    for (std::int64_t at = 0; at < kept.values[i].elements(); ++at) {
      const double expected = kept.values[i].number(at);
      REQUIRE(recomputed.values[i].number(at) == doctest::Approx(expected).epsilon(1e-9));
    }
  }
}

TEST_CASE("gradients taken inside a region are the same, too") {
  const auto second = [](bool regions) {
    Graph graph;
    const Tensor x = variable(graph, "x", {0.5, -1, 2});
    std::optional<Graph::Recompute> region;
    if (regions) region.emplace(graph);
    const Tensor slope = gradient(sum(exp(tanh(x * x))), x);
    return value(gradient(sum(slope * slope), x));
  };
  CHECK(second(false) == second(true));
}

namespace {

// exp(x) * x, with no gradient of its own: that of its expansion.
struct Grow final : Op {
  std::string_view name() const override { return "grow"; }
  std::vector<TensorType> infer(Types inputs) const override { return {inputs[0]}; }
  bool is_composite() const override { return true; }
  Tensors expand(std::span<const Tensor> inputs) const override { return {exp(inputs[0]) * inputs[0]}; }
};

}  // namespace

TEST_CASE("a composite that is differentiated through its expansion is recomputed, too") {
  const auto plan = [](bool regions) {
    Graph graph;
    Tensor x = graph.variable("x", DType::f64, {100}, normal_with(0, 0.1));
    const Tensor start = x;
    for (int i = 0; i < 8; ++i) {
      std::optional<Graph::Recompute> region;
      if (regions) region.emplace(graph);
      for (int j = 0; j < 8; ++j) x = x.graph().apply_one(std::make_shared<Grow>(), std::span(&x, 1)) * 0.1;
    }
    return run({gradient(sum(x), start)}, "reference");
  };
  const Outcome kept = plan(false), recomputed = plan(true);
  CHECK(same_bits(kept, recomputed));
  CHECK(recomputed.steps > kept.steps);
  CHECK(recomputed.peak < kept.peak / 2);
}

TEST_CASE("of nested regions an op belongs to the innermost") {
  Graph graph;
  const Tensor x = variable(graph, "x", {1, 2});
  const auto outer = graph.recompute();
  const Tensor a = exp(x);
  Tensor b;
  {
    const auto inner = graph.recompute();
    b = exp(a);
  }
  const Tensor c = exp(b);
  const auto region = [&](const Tensor& tensor) { return graph.node(tensor.node()).region; };
  CHECK(region(a) == region(c));
  CHECK(region(b) != region(a));
  CHECK(region(x) == 0);
}

TEST_CASE("nested regions give the same gradients") {
  const auto slope = [](bool regions) {
    Graph graph;
    const Tensor x = variable(graph, "x", {0.1, 0.2, -0.3});
    std::optional<Graph::Recompute> outer, inner;
    if (regions) outer.emplace(graph);
    Tensor y = tanh(x) * x;
    if (regions) inner.emplace(graph);
    y = sigmoid(y) * x + y;
    inner.reset();
    return value(gradient(sum(exp(y) * y), x));
  };
  CHECK(slope(false) == slope(true));
}

// What composites promise about memory: that what they recompute does not wait for the backward pass.
#include "../cpu_backends.h"
#include <doctest/doctest.h>

#include <heed/autodiff/gradients.h>
#include <heed/backends/executable.h>
#include <heed/ops/additive_scores.h>
#include <heed/ops/cross_entropy.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/matmul.h>
#include <heed/ops/projected_cross_entropy.h>
#include <heed/ops/reduce.h>

using namespace heed;

namespace {

// The planned peak of a training step: the loss and the gradients of all variables.
std::int64_t peak_of(Graph& graph, Tensor loss, const std::string& backend) {
  Tensors fetches = gradients(loss, graph.variables());
  fetches.push_back(loss);
  Variables variables(open_backend(backend), 0);
  return compile(fetches, Updates{}, variables).plan().live_bytes;
}

Tensor variable(Graph& graph, const std::string& name, const Shape& shape) {
  return graph.variable(name, DType::f32, shape, normal_with(0, 1));
}

}  // namespace

TEST_CASE("additive scores of many steps keep no step's tanh for the gradient") {
  constexpr std::int64_t batch = 4, sources = 50, size = 64;
  constexpr std::int64_t tanh_bytes = batch * sources * size * 4;
  for (const std::string& backend : heed::test::cpu_backends()) {
    CAPTURE(backend);
    const auto peak = [&](int steps) {
      Graph graph;
      const Tensor keys = variable(graph, "keys", {batch, sources, size});
      const Tensor weight = variable(graph, "weight", {size});
      Tensor query = variable(graph, "query", {batch, 1, size});
      for (int step = 0; step < steps; ++step) {
        const Tensor scores = additive_scores(query, keys, weight);
        query = tanh(query + sum(scores, {2}, true));  // the next step waits for this one
      }
      return peak_of(graph, sum(query), backend);
    };
    CHECK(peak(24) - peak(12) < tanh_bytes);
  }
}

TEST_CASE("projected cross-entropy never has the scores of all rows") {
  constexpr std::int64_t rows = 256, size = 16, classes = 2000, chunk = 32;
  for (const std::string& backend : heed::test::cpu_backends()) {
    CAPTURE(backend);
    const auto peak = [&](bool projected) {
      Graph graph;
      const Tensor hidden = variable(graph, "hidden", {rows, size});
      const Tensor weight = variable(graph, "weight", {size, classes});
      const Tensor targets = graph.constant(Array(DType::i32, {rows}));
      const Tensor losses = projected ? projected_cross_entropy(hidden, weight, targets, {.chunk = chunk})
                                      : cross_entropy(matmul(hidden, weight), targets);
      return peak_of(graph, sum(losses), backend);
    };
    CHECK(peak(false) >= rows * classes * 4);
    CHECK(peak(true) < rows * classes * 4 / 2);
  }
}

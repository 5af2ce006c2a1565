// What the backend claims as a whole, against what it stands for: each composite's kernels, forwards and
// backwards, beside the expansion that `reference` runs, at sizes that fill no vector and no tile; alone, and
// between products of f32 and of bf16 operands.
#include <cmath>

#include <doctest/doctest.h>

#include <heed/autodiff/gradients.h>
#include <heed/backends/executable.h>
#include <heed/ops/additive_scores.h>
#include <heed/ops/attention.h>
#include <heed/ops/cached_attention.h>
#include <heed/ops/cross_entropy.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/layer_norm.h>
#include <heed/ops/matmul.h>
#include <heed/ops/random.h>
#include <heed/ops/reduce.h>
#include <heed/ops/softmax.h>
#include <heed/ops/views.h>

using namespace heed;

namespace {

// A function of variables that it makes itself.
using Build = std::function<Tensor(Graph& graph)>;

// A product, so that precision matters to it.
Tensor real(Graph& graph, const std::string& name, const Shape& shape) {
  const std::int64_t last = shape[-1];
  const Tensor x = graph.variable(name, DType::f32, shape, uniform_between(-1, 1));
  const Tensor mix = graph.variable(name + "/mix", DType::f32, {last, last}, glorot_uniform(last, last));
  return reshape(matmul(reshape(x, {shape.elements() / last, last}), mix), shape);
}

Tensor whole(Graph& graph, const Shape& shape, std::int64_t limit) {
  Array values(DType::i32, shape);
  for (std::int64_t i = 0; i < values.elements(); ++i)
    values.set_number(i, static_cast<double>(i * 7 % std::max<std::int64_t>(1, limit)));
  return graph.constant(values);
}

// The result, then the gradients of every variable, in f32.
std::vector<Array> values_on(const char* backend, const Build& build, Precision precision) {
  Graph graph;
  const Tensor result = build(graph);
  // Weights that differ, so that gradients are those of no mere sum.
  const Tensor place = cast(iota(graph, {DType::i32, {result.shape().elements()}}, 0), DType::f32);
  const Tensor flat = reshape(result, {result.shape().elements()});
  const Tensor loss = sum(flat * sin(place));
  Tensors fetches = gradients(loss, graph.variables());
  fetches.insert(fetches.begin(), flat);
  Variables variables(open_backend(backend), 7);
  Executable run = compile(fetches, {}, variables, {.precision = precision});
  run.run({});
  std::vector<Array> values;
  for (const Tensor& fetch : fetches) values.push_back(run.value(fetch));
  return values;
}

// Of the largest value of each array. Both sides round to bf16 at the same places, but other sums may be
// rounded the other way.
void check_both(const Build& build) {
  for (const Precision precision : {Precision::f32, Precision::bf16}) {
    CAPTURE(std::string(name_of(precision)));
    const double tolerance = precision == Precision::f32 ? 2e-5 : 5e-3;
    const auto expected = values_on("reference", build, precision);
    const auto found = values_on("onednn", build, precision);
    for (std::size_t k = 0; k < expected.size(); ++k) {
      CAPTURE(k);
      double largest = 1, worst = 0;
      for (std::int64_t i = 0; i < expected[k].elements(); ++i) {
        largest = std::max(largest, std::abs(expected[k].number(i)));
        worst = std::max(worst, std::abs(expected[k].number(i) - found[k].number(i)));
        REQUIRE(std::isfinite(expected[k].number(i)) == std::isfinite(found[k].number(i)));
      }
      CHECK(worst <= tolerance * largest);
    }
  }
}

constexpr std::int64_t odd_sizes[] = {1, 3, 17, 65, 127};

}  // namespace

TEST_CASE("claimed kernels of rows are their expansions at odd sizes") {
  for (const std::int64_t n : odd_sizes) {
    CAPTURE(n);
    check_both([n](Graph& g) {
      return layer_norm(real(g, "x", {5, n}), real(g, "gain", {n}), real(g, "bias", {n}), 1e-2);
    });
    check_both([n](Graph& g) { return softmax(real(g, "x", {3, n}), -1); });
    check_both([n](Graph& g) { return cross_entropy(real(g, "x", {n, 9}), whole(g, {n}, 9), 0.1); });
    check_both([n](Graph& g) { return cross_entropy(real(g, "x", {3, n}), whole(g, {3}, n), 0.1); });
    check_both([n](Graph& g) { return dropout(real(g, "x", {3, n}), 0.3); });
    check_both([n](Graph& g) { return sum(square(real(g, "x", {3, n})), {1}); });
  }
}

TEST_CASE("claimed attention is its expansion at odd sizes, with and without masks") {
  for (const std::int64_t n : odd_sizes) {
    for (const std::int64_t m : {n, std::int64_t{17}}) {
      CAPTURE(n);
      CAPTURE(m);
      for (const bool masked : {false, true}) {
        CAPTURE(masked);
        check_both([=](Graph& g) {
          AttentionOptions options{.scale = 0.4, .causal = masked && n == m};
          if (masked) options.key_lengths = whole(g, {2}, m + 1);  // of none and of some
          return attention(real(g, "q", {2, n, 2, 8}), real(g, "k", {2, m, 2, 8}), real(g, "v", {2, m, 2, 8}),
                           options)
              .result;
        });
      }
      check_both([=](Graph& g) {  // heads of odd size
        return attention(real(g, "q", {1, 3, 1, n}), real(g, "k", {1, m, 1, n}), real(g, "v", {1, m, 1, n}),
                         {.scale = 0.2})
            .result;
      });
      check_both([=](Graph& g) {
        return additive_scores(real(g, "q", {2, 3, n}), real(g, "k", {2, m, n}), real(g, "v", {n}));
      });
    }
  }
}

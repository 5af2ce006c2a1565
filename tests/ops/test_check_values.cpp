// Numbers worked out beforehand for the formulas of the papers, in float64.
#include <cmath>

#include <doctest/doctest.h>

#include <heed/autodiff/gradients.h>
#include <heed/backends/executable.h>
#include <heed/ops/additive_scores.h>
#include <heed/ops/attention.h>
#include <heed/ops/cross_entropy.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/layer_norm.h>
#include <heed/ops/mask.h>
#include <heed/ops/matmul.h>
#include <heed/ops/softmax.h>
#include <heed/ops/views.h>
#include <heed/ops/window.h>

using namespace heed;

namespace {

using Doubles = std::vector<double>;

Tensor constant(Graph& graph, const Shape& shape, const Doubles& values) {
  return graph.constant(Array(shape, values));
}

void check(const Tensor& tensor, const Doubles& expected) {
  const Array value = evaluate_on(open_backend("reference"))(std::span(&tensor, 1), {}).front();
  REQUIRE(value.elements() == static_cast<std::int64_t>(expected.size()));
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CAPTURE(i);
    CHECK(std::abs(value.number(static_cast<std::int64_t>(i)) - expected[i]) < 6e-7);
  }
}

}  // namespace

TEST_CASE("additive attention over three annotations") {
  Graph graph;
  const Tensor state = constant(graph, {1, 1, 2}, {1, 2});
  const Tensor annotations = constant(graph, {1, 3, 2}, {1, 0, 0, 1, 1, 1});
  const Tensor w = constant(graph, {2, 2}, {0.1, 0.2, 0.3, 0.4});
  const Tensor u = constant(graph, {2, 2}, {0.5, -0.5, 0.25, 0.75});
  const Tensor queries = matmul(state, w, {.transpose_b = true});
  const Tensor keys = matmul(annotations, u, {.transpose_b = true});
  const Tensor scores = additive_scores(queries, keys, constant(graph, {2}, {1, -1}));
  check(scores, {-0.112459, -0.951746, -0.508335});
  const Tensor weights = softmax(scores);
  check(weights, {0.475035, 0.205224, 0.319741});
  check(matmul(weights, annotations), {0.794776, 0.524965});
  const Tensor two = graph.constant(Array(Shape{1, 1}, std::vector<std::int32_t>{2}));
  check(masked_softmax(scores, is_within(two, 3)), {0.698315, 0.301685, 0});
}

TEST_CASE("dot and general scores over three annotations") {
  Graph graph;
  const Tensor state = constant(graph, {1, 2}, {1, 2});
  const Tensor annotations = constant(graph, {3, 2}, {1, 0, 0, 1, 1, 1});
  check(softmax(matmul(state, annotations, {.transpose_b = true})), {0.090031, 0.244728, 0.665241});
  const Tensor w = constant(graph, {2, 2}, {1, 0.5, -0.5, 1});
  check(softmax(matmul(matmul(state, w), annotations, {.transpose_b = true})),
        {0.039424, 0.480288, 0.480288});
}

// Positions in the papers count from 1, here from 0: p = 4.2 there is 3.2 here.
TEST_CASE("local attention multiplies the windowed softmax by a Gaussian") {
  Graph graph;
  const Tensor centre = constant(graph, {1}, {3.2});
  const Tensor scores = constant(graph, {1, 9}, Doubles(9, 0.5));
  const auto attend = [&](const Tensor& window_centre) {
    const Tensor weights = masked_softmax(scores, in_window(window_centre, 9, 2));
    return weights * gaussian_window(centre, 9, 1);
  };
  check(attend(centre), {0, 0, 0.121688, 0.245050, 0.181537, 0.049475, 0, 0, 0});
  check(attend(floor(centre)), {0, 0.017784, 0.097350, 0.196040, 0.145230, 0.039580, 0, 0, 0});
}

TEST_CASE("only the Gaussian sends a gradient to the centre of a window") {
  Graph graph;
  const Tensor centre = graph.variable("centre", DType::f64, {1}, constant_of(3.2));
  const Tensor scores = constant(graph, {1, 9}, Doubles(9, 0.5));
  const Tensor weights = masked_softmax(scores, in_window(centre, 9, 2)) * gaussian_window(centre, 9, 1);
  const Tensor one = slice(weights, 1, 3, 1);  // position 3: a * (3 - 3.2) / 1
  const Tensor loss = reshape(one, {});
  check(gradients(loss, std::span(&centre, 1)).front(), {0.245050 * -0.2});
}

TEST_CASE("scaled dot-product attention over three keys") {
  Graph graph;
  const Tensor keys = constant(graph, {1, 3, 1, 2}, {1, 0, 0, 1, 1, 1});
  const Tensor values = constant(graph, {1, 3, 1, 2}, {1, 2, 3, 4, 5, 6});
  const Tensor queries = constant(graph, {1, 2, 1, 2}, {1, 0, 0, 2});
  const AttentionOptions options{.scale = 1 / std::sqrt(2.0)};
  const auto [result, lse] = attention(queries, keys, values, options);
  check(result, {3, 4, 3.674850, 4.674850});
  check(attention_weights(queries, keys, lse, options),
        {0.401112, 0.197776, 0.401112, 0.108383, 0.445808, 0.445808});
}

TEST_CASE("label smoothing shares its mass among all classes") {
  Graph graph;
  const Tensor logits =
      graph.variable("logits", DType::f64, {5}, values_of(Array(Shape{5}, Doubles{1, 2, 3, 4, 0.5})));
  const Tensor target = graph.constant(Array::scalar(std::int32_t{3}));
  check(log_softmax(logits), {-3.459448, -2.459448, -1.459448, -0.459448, -3.959448});
  check(cross_entropy(logits, target), {0.459448});
  const Tensor smoothed = cross_entropy(logits, target, 0.1);
  check(smoothed, {0.649448});
  check(gradients(smoothed, std::span(&logits, 1)).front(),
        {0.011447, 0.065482, 0.212365, -0.288368, -0.000926});
}

TEST_CASE("layer normalisation divides by the biased deviation") {
  Graph graph;
  const Tensor x = constant(graph, {4}, {1, 2, 3, 4});
  const Tensor result = layer_norm(x, constant(graph, {4}, {1, 1, 1, 1}), zeros_like(x), 1e-5);
  check(result, {-1.341635, -0.447212, 0.447212, 1.341635});
}

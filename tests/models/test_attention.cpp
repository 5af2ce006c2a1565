// The papers' attentions: hand-computed cases, windows, masks, gradients.
#include <cmath>
#include <map>

#include "../message_of.h"
#include <doctest/doctest.h>

#include <heed/autodiff/check_gradients.h>
#include <heed/backends/executable.h>
#include <heed/models/attention/bahdanau.h>
#include <heed/models/attention/luong.h>
#include <heed/models/attention/vaswani.h>
#include <heed/ops/attention.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/reduce.h>

using namespace heed;
using heed::test::message_of;

namespace {

Array numbers(const Shape& shape, const std::vector<double>& values) {
  return Array(shape, values);
}

// Annotations [1,0], [0,1], [1,1] of one sentence.
Tensor annotations(Graph& graph) {
  return graph.constant(numbers({1, 3, 2}, {1, 0, 0, 1, 1, 1}));
}

Tensor lengths(Graph& graph, const std::vector<std::int32_t>& values) {
  return graph.constant(Array(Shape{static_cast<std::int64_t>(values.size())}, values));
}

Tensor positions(Graph& graph, const std::vector<std::int32_t>& values) {
  return lengths(graph, values);
}

// Values with variables as given.
std::vector<Array> values_with(const Tensors& fetches, const std::map<std::string, Array>& given) {
  Variables variables(open_backend("reference"));
  for (const auto& [name, array] : given) variables.set(name, array);
  Executable executable = compile(fetches, {}, variables);
  executable.run({});
  std::vector<Array> values;
  for (const Tensor& fetch : fetches) values.push_back(executable.value(fetch));
  return values;
}

void check(const Array& array, const std::vector<double>& expected) {
  REQUIRE(array.elements() == static_cast<std::int64_t>(expected.size()));
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CAPTURE(i);
    CHECK(array.number(static_cast<std::int64_t>(i)) == doctest::Approx(expected[i]).epsilon(1e-5));
  }
}

const std::map<std::string, Array>& bahdanau_matrices() {
  static const std::map<std::string, Array> matrices{
      {"a/W_a", numbers({2, 2}, {0.1, 0.3, 0.2, 0.4})},  // [in, out]: the transposes of the paper's
      {"a/U_a", numbers({2, 2}, {0.5, 0.25, -0.5, 0.75})},
      {"a/v_a", numbers({2}, {1, -1})}};
  return matrices;
}

Attended bahdanau(Graph& graph, std::int32_t length) {
  const BahdanauAttention attention(graph, "a", {2, 2, 2, {}, {}, DType::f64});
  const Tensor s = graph.constant(numbers({1, 1, 2}, {1, 2}));
  return attention(s, attention.project(annotations(graph), lengths(graph, {length})));
}

// One query [1, 2] against the three annotations.
Attended luong(Graph& graph, LuongAttentionOptions options) {
  options.units = 2;
  options.dtype = DType::f64;
  const LuongAttention attention(graph, "a", options);
  const Tensor h = graph.constant(numbers({1, 1, 2}, {1, 2}));
  return attention(h, positions(graph, {0}), attention.project(annotations(graph), lengths(graph, {3})));
}

}  // namespace

TEST_CASE("additive attention gives the numbers worked out by hand") {
  Graph graph;
  const Attended seen = bahdanau(graph, 3);
  const auto values = values_with({seen.weights, seen.context}, bahdanau_matrices());
  check(values[0], {0.475035, 0.205224, 0.319741});
  check(values[1], {0.794776, 0.524965});
}

TEST_CASE("what lies behind a sentence's end is not attended to") {
  Graph graph;
  const auto values = values_with({bahdanau(graph, 2).weights}, bahdanau_matrices());
  check(values[0], {0.698315, 0.301685, 0});
}

TEST_CASE("dot and general scores give the numbers worked out by hand") {
  Graph dot, general;
  const Attended by_dot = luong(dot, {.score = LuongScore::dot});
  check(values_with({by_dot.weights}, {})[0], {0.090031, 0.244728, 0.665241});
  const Attended by_matrix = luong(general, {.score = LuongScore::general});
  // score = s . W_a h, and a row of keys is h times the transpose.
  const std::map<std::string, Array> matrix{{"a/W_a", numbers({2, 2}, {1, -0.5, 0.5, 1})}};
  check(values_with({by_matrix.weights}, matrix)[0], {0.039424, 0.480288, 0.480288});
}

TEST_CASE("concat scores with the right halves are Bahdanau's") {
  Graph graph;
  const Attended seen = luong(graph, {.score = LuongScore::concat});
  const std::map<std::string, Array> matrices{
      {"a/W_a", numbers({4, 2}, {0.1, 0.3, 0.2, 0.4, 0.5, 0.25, -0.5, 0.75})},
      {"a/v_a", numbers({2}, {1, -1})}};
  check(values_with({seen.weights}, matrices)[0], {0.475035, 0.205224, 0.319741});
}

TEST_CASE("location scores come from the state alone, and positions without a row get nothing") {
  Graph graph;
  const Attended seen = luong(graph, {.score = LuongScore::location, .longest = 2});
  const std::map<std::string, Array> rows{{"a/W_a", numbers({2, 2}, {1, 0, 0, 1})}};
  check(values_with({seen.weights}, rows)[0], {1 / (1 + std::exp(1.0)), 1 / (1 + std::exp(-1.0)), 0});
  Graph other;
  CHECK(message_of([&] {
          luong(other, {.score = LuongScore::location});
        }).starts_with("a: location attention needs to know how many positions there are"));
}

TEST_CASE("local-m looks at a window around the word's own position") {
  Graph graph;
  LuongAttentionOptions options{.score = LuongScore::dot,
                                .window = LuongWindow::local_m,
                                .units = 1,
                                .half_width = 1,
                                .dtype = DType::f64};
  const LuongAttention attention(graph, "a", options);
  const Tensor h = graph.constant(numbers({2, 3, 1}, {0, 0, 0, 0, 0, 0}));
  const Tensor memory = graph.constant(Array(DType::f64, {2, 6, 1}));
  const Attended seen =
      attention(h, positions(graph, {0, 3, 9}), attention.project(memory, lengths(graph, {6, 3})));
  const double half = 0.5, third = 1.0 / 3;
  // In the second sentence of three words the window stops at the last one.
  check(values_with({seen.weights}, {})[0],
        {half, half, 0, 0, 0, 0, 0, 0,    third, third, third, 0, 0, 0,    0,    0, half, half,
         half, half, 0, 0, 0, 0, 0, half, half,  0,     0,     0, 0, half, half, 0, 0,    0});
}

TEST_CASE("local-p favours the middle of the window it predicts, and does not normalise again") {
  Graph graph;
  LuongAttentionOptions options{.score = LuongScore::dot,
                                .window = LuongWindow::local_p,
                                .units = 1,
                                .half_width = 2,
                                .dtype = DType::f64};
  const LuongAttention attention(graph, "a", options);
  const Tensor h = graph.constant(numbers({1, 1, 1}, {1}));
  const Tensor memory = graph.constant(Array(DType::f64, {1, 8, 1}));
  const Attended seen = attention(h, positions(graph, {0}), attention.project(memory, lengths(graph, {8})));
  // S = 8 and p = 4.2 counted from 1: sigmoid(v tanh(1)) = 4.2 / 8.
  const double v = std::log(4.2 / (8 - 4.2)) / std::tanh(1.0);
  const std::map<std::string, Array> given{{"a/W_p", numbers({1, 1}, {1})}, {"a/v_p", numbers({1, 1}, {v})}};
  const Array weights = values_with({seen.weights}, given)[0];
  check(weights, {0, 0, 0.121688, 0.245050, 0.181537, 0.049475, 0, 0});
}

TEST_CASE("scaled dot-product attention gives the numbers worked out by hand") {
  Graph graph;
  const Tensor K = graph.constant(numbers({1, 3, 1, 2}, {1, 0, 0, 1, 1, 1}));
  const Tensor V = graph.constant(numbers({1, 3, 1, 2}, {1, 2, 3, 4, 5, 6}));
  const Tensor Q = graph.constant(numbers({1, 2, 1, 2}, {1, 0, 0, 2}));
  const AttendedHeads seen = scaled_dot_product(Q, K, V);
  const auto values = values_with({seen.weights, seen.context}, {});
  check(values[0], {0.401112, 0.197776, 0.401112, 0.108383, 0.445808, 0.445808});
  check(values[1], {3, 4, 3.674850, 4.674850});
}

TEST_CASE("the equation is what the fused attention computes, under every mask") {
  for (const auto& sizes : {std::pair<std::int64_t, std::int64_t>{1, 1}, {3, 17}, {17, 17}, {65, 127}}) {
    const std::int64_t T = sizes.first, S = sizes.second;
    for (const bool masked : {false, true}) {
      CAPTURE(T);
      CAPTURE(masked);
      Graph graph;
      const auto drawn = [&](const char* name, std::int64_t length) {
        return graph.variable(name, DType::f64, {3, length, 2, 5}, uniform_between(-2, 2));
      };
      const Tensor Q = drawn("Q", T), K = drawn("K", S), V = drawn("V", S);
      // The last sentence has no words: nothing is seen, and nothing is NaN.
      const Tensor ends = lengths(graph, {static_cast<std::int32_t>(S), 1, 0});
      const ScaledDotProductMask mask{masked ? ends : Tensor{}, masked && T == S};
      const AttendedHeads seen = scaled_dot_product(Q, K, V, mask);
      const AttentionOptions options{
          .scale = 1 / std::sqrt(5.0), .causal = mask.causal, .key_lengths = mask.key_lengths};
      const AttentionResult fused = attention(Q, K, V, options);
      const Tensor fused_weights = attention_weights(Q, K, fused.log_sum_exp, options);
      const auto values = values_with({seen.context, fused.result, seen.weights, fused_weights}, {});
      for (const std::size_t k : {std::size_t{0}, std::size_t{2}}) {
        double worst = 0;
        for (std::int64_t i = 0; i < values[k].elements(); ++i)
          worst = std::max(worst, std::abs(values[k].number(i) - values[k + 1].number(i)));
        CHECK(worst < 1e-12);
      }
    }
  }
}

TEST_CASE("gradients of every attention agree with differences, through the predicted position, too") {
  struct Case {
    LuongScore score;
    LuongWindow window;
  };
  const auto check_all = [](Graph& graph, const Attended& seen) {
    const Tensor loss = sum(square(seen.context) + 0.3 * seen.context) + sum(square(seen.weights));
    const Tensors variables = graph.variables();
    const GradientCheck found = check_gradients(evaluate_on(open_backend("reference")), loss, variables, {});
    CAPTURE(to_string(found));
    CHECK(found.worst < 1e-7);
  };
  Graph graph;
  const Tensor memory = graph.variable("memory", DType::f64, {2, 5, 3}, uniform_between(-1, 1));
  const Tensor h = graph.variable("states", DType::f64, {2, 2, 3}, uniform_between(-1, 1));
  const BahdanauAttention additive(graph, "a", {3, 3, 4, {}, {}, DType::f64});
  check_all(graph, additive(h, additive.project(memory, lengths(graph, {5, 3}))));

  Graph heads;
  const auto drawn = [&](const char* name, std::int64_t length) {
    return heads.variable(name, DType::f64, {2, length, 2, 3}, uniform_between(-1, 1));
  };
  const Tensor Q = drawn("Q", 4), K = drawn("K", 4), V = drawn("V", 4);
  const auto [context, weights] = scaled_dot_product(Q, K, V, {lengths(heads, {4, 0}), true});
  check_all(heads, {context, weights, {}});

  using enum LuongScore;
  using enum LuongWindow;
  for (const Case& each_case : {Case{dot, global}, Case{general, global}, Case{concat, global},
                                Case{location, global}, Case{general, local_m}, Case{general, local_p},
                                Case{dot, local_p}, Case{concat, local_p}, Case{location, local_p}}) {
    CAPTURE(std::string(name_of(each_case.score)));
    CAPTURE(std::string(name_of(each_case.window)));
    Graph each;
    const Tensor states = each.variable("memory", DType::f64, {2, 5, 3}, uniform_between(-1, 1));
    const Tensor queries = each.variable("states", DType::f64, {2, 2, 3}, uniform_between(-1, 1));
    const LuongAttention attention(each, "a",
                                   {.score = each_case.score,
                                    .window = each_case.window,
                                    .units = 3,
                                    .half_width = 2,
                                    .longest = 4,
                                    .dtype = DType::f64});
    check_all(each,
              attention(queries, positions(each, {0, 1}), attention.project(states, lengths(each, {5, 3}))));
  }
}

TEST_CASE("names of scores and windows are refused by listing what there is") {
  CHECK(luong_score("concat") == LuongScore::concat);
  CHECK(luong_window("local-p") == LuongWindow::local_p);
  CHECK(message_of([] { luong_score("cosine"); }) ==
        "Luong's scores are dot, general, concat, location, not \"cosine\"");
  CHECK(message_of([] { luong_window("local"); }) ==
        "Luong's windows are global, local-m, local-p, not \"local\"");
}

// Recurrent layers: the reference's numbers, masks by lengths, directions, gradients.
#include <cmath>

#include "../cpu_backends.h"
#include "../message_of.h"
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <heed/autodiff/check_gradients.h>
#include <heed/autodiff/gradients.h>
#include <heed/backends/executable.h>
#include <heed/models/recurrent/bidirectional.h>
#include <heed/models/recurrent/gru.h>
#include <heed/models/recurrent/lstm.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/matmul.h>
#include <heed/ops/reduce.h>

using namespace heed;
using heed::test::message_of;

namespace {

Evaluate evaluate() {
  return evaluate_on(open_backend("reference"));
}

Array value(const Tensor& tensor) {
  return evaluate()(std::span(&tensor, 1), {}).front();
}

Tensor number(Graph& graph, double value) {
  return graph.constant(Array(Shape{1, 1}, std::vector<double>{value}));
}

Tensor row(Graph& graph, const std::vector<double>& values) {
  return graph.constant(Array(Shape{1, static_cast<std::int64_t>(values.size())}, values));
}

RecurrentOptions small(std::int64_t in, std::int64_t units) {
  return {.in = in, .units = units, .input_initializer = uniform_between(-1, 1), .dtype = DType::f64};
}

// [S, B, width] of numbers that are all different.
Tensor sequence(Graph& graph, std::int64_t steps, std::int64_t batch, std::int64_t width,
                DType dtype = DType::f64) {
  Array values(dtype, {steps, batch, width});
  for (std::int64_t i = 0; i < values.elements(); ++i) values.set_number(i, std::sin(1.7 * double(i)));
  return graph.constant(values);
}

Tensor lengths(Graph& graph, const std::vector<std::int32_t>& values) {
  return graph.constant(Array(Shape{static_cast<std::int64_t>(values.size())}, values));
}

// Element [t, b, j] of [S, B, n].
double at(const Array& states, std::int64_t t, std::int64_t b, std::int64_t j) {
  return states.number((t * states.shape()[1] + b) * states.shape()[2] + j);
}

int count_ops(const Plan& plan, std::string_view name) {
  int count = 0;
  for (const Step& step : plan.steps) count += step.op->name() == name;
  return count;
}

}  // namespace

TEST_CASE("a gated cell of one unit gives Bahdanau's numbers") {
  Graph graph;
  const double x = 0.5;
  const Tensor projected = row(graph, {0.4 * x, -0.2 * x, 1.1 * x});
  const Tensor next = gru_cell(projected, number(graph, -0.3), row(graph, {0.6, 0.9}), number(graph, -0.7));
  CHECK(value(next).number(0) == doctest::Approx(0.135324334).epsilon(1e-8));
}

TEST_CASE("behind the product, the reset gate acts on the inner bias, too") {
  Graph graph;
  const double x = 0.5, h = -0.3;
  const Tensor projected = row(graph, {0.4 * x, -0.2 * x, 1.1 * x});
  const Tensor next = gru_cell_reset_after(projected, number(graph, h), row(graph, {0.6, 0.9, -0.7}),
                                           row(graph, {0, 0, 0.2}));
  const double z = 0.504999833, inside = 0.615359487, outside = 0.683574651;
  CHECK(value(next).number(0) == doctest::Approx((1 - z) * h + z * inside).epsilon(1e-8));
  // Added to the inputs' share, the bias escapes the reset gate.
  const Tensor biased = row(graph, {0.4 * x, -0.2 * x, 1.1 * x + 0.2});
  const Tensor other = gru_cell_reset_after(biased, number(graph, h), row(graph, {0.6, 0.9, -0.7}));
  CHECK(value(other).number(0) == doctest::Approx((1 - z) * h + z * outside).epsilon(1e-8));
}

TEST_CASE(
    "a layer whose reset gate acts behind the product is masked, reversed and differentiated like any") {
  Graph graph;
  RecurrentOptions options = small(2, 3);
  options.reset = ResetGate::after_product;
  options.state_bias = true;
  const Bidirectional<GruLayer> both(graph, "encoder", options);
  const auto result = both(sequence(graph, 4, 2, 2), lengths(graph, {4, 2}));
  const Array states = value(result.states);
  for (std::int64_t j = 0; j < 3; ++j) {
    CHECK(at(states, 3, 1, j) == at(states, 1, 1, j));
    CHECK(at(states, 3, 1, 3 + j) == 0);
  }
  const Tensor loss = sum(square(result.states) * result.states);
  const GradientCheck check = check_gradients(evaluate(), loss, graph.variables(), {});
  CAPTURE(to_string(check));
  CHECK(check.worst < 1e-8);
  options.reset = ResetGate::before_product;
  CHECK(
      message_of([&] {
        GruLayer(graph, "odd", options);
      }).starts_with("odd: a GRU has a bias on the state only where its reset gate acts behind the product"));
}

TEST_CASE("an LSTM's second bias adds to the first") {
  Graph graph;
  RecurrentOptions options = small(2, 3);
  options.state_bias = true;
  const LstmLayer layer(graph, "layer", options);
  const Tensor loss = sum(square(layer(sequence(graph, 3, 2, 2)).states));
  const Tensors biases{*graph.find_variable("layer/input_bias"), *graph.find_variable("layer/state_bias")};
  const Tensors found = gradients(loss, biases);
  const Array first = value(found[0]), second = value(found[1]);
  for (std::int64_t i = 0; i < 12; ++i) CHECK(first.number(i) == doctest::Approx(second.number(i)));
}

TEST_CASE("an LSTM cell of one unit gives the reference numbers") {
  Graph graph;
  const double x = 0.5;
  const Tensor projected = row(graph, {0.4 * x, -0.2 * x, 0.3 * x, 1.1 * x});
  const LstmState next =
      lstm_cell(projected, {number(graph, -0.3), number(graph, 0.25)}, row(graph, {0.6, 0.9, -0.5, -0.7}));
  CHECK(value(next.hidden).number(0) == doctest::Approx(0.230852132).epsilon(1e-8));
  CHECK(value(next.cell).number(0) == doctest::Approx(0.425879014).epsilon(1e-8));
}

TEST_CASE_TEMPLATE("an unrolled layer is its cell, step by step", Layer, GruLayer, LstmLayer) {
  Graph graph;
  const Layer layer(graph, "layer", small(2, 3));
  const Tensor inputs = sequence(graph, 4, 2, 2);
  const Array states = value(layer(inputs).states);
  // A layer that is given one step more ends in the state after it.
  for (std::int64_t steps = 1; steps <= 4; ++steps) {
    const Array shorter = value(layer(sequence(graph, steps, 2, 2)).states);
    for (std::int64_t j = 0; j < 3; ++j) CHECK(at(shorter, steps - 1, 1, j) == at(states, steps - 1, 1, j));
  }
}

TEST_CASE_TEMPLATE("past its end a row's state is carried through", Layer, GruLayer, LstmLayer) {
  Graph graph;
  const Layer layer(graph, "layer", small(2, 3));
  const Tensor inputs = sequence(graph, 5, 3, 2);
  const Array free = value(layer(inputs).states);
  const Array masked = value(layer(inputs, lengths(graph, {5, 2, 0})).states);
  for (std::int64_t t = 0; t < 5; ++t) {
    for (std::int64_t j = 0; j < 3; ++j) {
      CHECK(at(masked, t, 0, j) == at(free, t, 0, j));
      CHECK(at(masked, t, 1, j) == at(free, std::min<std::int64_t>(t, 1), 1, j));
      CHECK(at(masked, t, 2, j) == 0);
    }
  }
}

TEST_CASE_TEMPLATE("backwards a row starts at its own last input", Layer, GruLayer, LstmLayer) {
  Graph graph;
  const Layer layer(graph, "layer", small(2, 3));
  const Tensor inputs = sequence(graph, 5, 2, 2);
  const auto backward = layer(inputs, lengths(graph, {5, 3}), Direction::backward);
  const Array states = value(backward.states);
  // The same three inputs alone, without anything behind them.
  const auto alone = layer(sequence(graph, 3, 2, 2), {}, Direction::backward);
  const Array shorter = value(alone.states);
  for (std::int64_t j = 0; j < 3; ++j) {
    CHECK(at(states, 4, 1, j) == 0);
    CHECK(at(states, 3, 1, j) == 0);
    for (std::int64_t t = 0; t < 3; ++t) CHECK(at(states, t, 1, j) == at(shorter, t, 1, j));
    CHECK(at(states, 2, 0, j) != at(shorter, 2, 0, j));
  }
}

TEST_CASE_TEMPLATE("both directions stand side by side", Layer, GruLayer, LstmLayer) {
  Graph graph;
  const RecurrentOptions options = small(2, 3);
  const Bidirectional<Layer> both(graph, "encoder", options);
  const Tensor inputs = sequence(graph, 4, 2, 2);
  const Tensor ends = lengths(graph, {4, 2});
  const Array states = value(both(inputs, ends).states);
  const Layer forward(graph, "encoder/forward", options), backward(graph, "encoder/backward", options);
  const Array ahead = value(forward(inputs, ends).states);
  const Array back = value(backward(inputs, ends, Direction::backward).states);
  REQUIRE(states.shape() == Shape{4, 2, 6});
  for (std::int64_t t = 0; t < 4; ++t) {
    for (std::int64_t j = 0; j < 3; ++j) {
      CHECK(at(states, t, 1, j) == at(ahead, t, 1, j));
      CHECK(at(states, t, 1, 3 + j) == at(back, t, 1, j));
    }
  }
}

TEST_CASE_TEMPLATE("gradients of a masked bidirectional layer agree with differences", Layer, GruLayer,
                   LstmLayer) {
  Graph graph;
  const Bidirectional<Layer> both(graph, "encoder", small(2, 3));
  const Tensor states = both(sequence(graph, 4, 2, 2), lengths(graph, {4, 2})).states;
  const Tensor loss = sum(square(states) * states);
  const GradientCheck check = check_gradients(evaluate(), loss, graph.variables(), {});
  CAPTURE(to_string(check));
  CHECK(check.worst < 1e-8);
}

TEST_CASE_TEMPLATE("the gradient of each matrix of an unrolled layer is one product of all steps", Layer,
                   GruLayer, LstmLayer) {
  Graph graph;
  const Layer layer(graph, "layer", small(2, 8));
  const Tensor loss = sum(square(layer(sequence(graph, 6, 2, 2)).states));
  const Tensors wrt = graph.variables();
  Variables variables(open_backend("reference"), 0);
  const Executable run = compile(gradients(loss, wrt), Updates{}, variables);
  CHECK(count_ops(run.plan(), "pad") == 0);
  int products = 0;
  for (const Step& step : run.plan().steps) {
    const auto* product = dynamic_cast<const Matmul*>(step.op.get());
    products += product && product->transpose_a;
  }
  const int matrices = std::is_same_v<Layer, GruLayer> ? 3 : 2;
  CHECK(products == matrices);
}

TEST_CASE("a step is its products and one or two elementwise ops") {
  constexpr int steps = 6;
  const auto plan_of = [](auto layer_of) {
    Graph graph;
    const Tensor ends = lengths(graph, {6, 2});
    const Tensor states = layer_of(graph)(sequence(graph, steps, 2, 2), ends).states;
    Variables variables(open_backend("reference"), 0);
    return compile({states}, variables).plan();
  };
  const Plan gru = plan_of([](Graph& graph) { return GruLayer(graph, "layer", small(2, 3)); });
  const Plan lstm = plan_of([](Graph& graph) { return LstmLayer(graph, "layer", small(2, 3)); });
  // Over all steps: the product of the inputs, their bias, the mask (which takes two), and the concatenation.
  CHECK(count_ops(gru, "matmul") == 1 + 2 * steps);
  CHECK(count_ops(lstm, "matmul") == 1 + steps);
  CHECK(count_ops(gru, "elementwise") == 2 * steps);
  CHECK(count_ops(lstm, "elementwise") == steps);
  CHECK(gru.steps.size() <= 5 + 4 * steps);
  CHECK(lstm.steps.size() <= 5 + 2 * steps);
}

TEST_CASE_TEMPLATE("every backend gives the reference's states and gradients", Layer, GruLayer, LstmLayer) {
  const auto run_on = [](const std::string& backend, DType dtype) {
    Graph graph;
    RecurrentOptions options = small(5, 19);
    options.dtype = dtype;
    const Bidirectional<Layer> both(graph, "encoder", options);
    const Tensor inputs = sequence(graph, 7, 3, 5, dtype);
    const Tensor states = both(inputs, lengths(graph, {7, 1, 4})).states;
    Tensors fetches = gradients(sum(square(states)), graph.variables());
    fetches.push_back(states);
    return evaluate_on(open_backend(backend))(fetches, {});
  };
  const std::vector<Array> exact = run_on("reference", DType::f64);
  for (const std::string& backend : heed::test::cpu_backends()) {
    CAPTURE(backend);
    const std::vector<Array> got = run_on(backend, DType::f32);
    for (std::size_t k = 0; k < exact.size(); ++k) {
      double worst = 0;
      for (std::int64_t i = 0; i < exact[k].elements(); ++i) {
        const double scale = std::max(1.0, std::abs(exact[k].number(i)));
        worst = std::max(worst, std::abs(got[k].number(i) - exact[k].number(i)) / scale);
      }
      CHECK(worst < 1e-4);
    }
  }
}

TEST_CASE("the forget gate's bias can start at one") {
  Graph graph;
  RecurrentOptions options = small(2, 2);
  options.forget_bias = 1;
  const LstmLayer layer(graph, "layer", options);
  const Array bias = value(*graph.find_variable("layer/input_bias"));
  for (std::int64_t i = 0; i < 8; ++i) CHECK(bias.number(i) == (i / 2 == 1 ? 1 : 0));
}

TEST_CASE("inputs that are not time-major are an error that names the layer") {
  Graph graph;
  const GruLayer layer(graph, "encoder/gru", small(2, 3));
  const Tensor inputs = graph.input("words", DType::f64, {4, 3});
  const int line = __LINE__ + 1;
  const std::string message = message_of([&] { layer(inputs); });
  CHECK(message ==
        fmt::format("encoder/gru: inputs must be [steps, batch, 2] with at least one step, not words "
                    "f64[4, 3]\n  at {}:{}",
                    __FILE__, line));
}

TEST_CASE("a state that does not fit its cell is an error that says what would") {
  Graph graph;
  const Tensor projected = graph.input("x", DType::f64, {2, 9});
  const Tensor state = graph.input("h", DType::f64, {2, 4});
  const Tensor weight = graph.input("w", DType::f64, {4, 8});
  const Tensor square_weight = graph.input("u", DType::f64, {4, 4});
  const int line = __LINE__ + 1;
  const std::string message = message_of([&] { gru_cell(projected, state, weight, square_weight); });
  CHECK(message == fmt::format("gru_cell: needs a state [B, n] and projected inputs [B, 3n]\n"
                               "  state      h f64[2, 4]\n  projected  x f64[2, 9]\n  at {}:{}",
                               __FILE__, line));
}

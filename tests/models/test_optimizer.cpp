// Optimisers: the reference's numbers, their state, and that they update in place.
#include "../message_of.h"
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <heed/backends/executable.h>
#include <heed/models/training/optimizer.h>

using namespace heed;
using heed::test::message_of;

namespace {

using Optimizer =
    std::function<Updates(std::span<const Tensor> parameters, std::span<const Tensor> gradients)>;

// theta starts at 1 and meets the gradients 0.1, -0.2, 0.3, 0; its value after each.
std::vector<double> path_of(const Optimizer& optimizer, const std::string& name = "theta") {
  Graph graph;
  const Tensor theta = graph.variable(name, DType::f64, {1}, ones());
  const Tensor gradient = graph.input("gradient", DType::f64, {1});
  const Updates updates = optimizer(std::span(&theta, 1), std::span(&gradient, 1));
  Variables variables(open_backend("reference"), 0);
  Executable step = compile(Tensors{}, updates, variables);
  CHECK(step.plan().state_copies == 0);
  std::vector<double> path;
  for (const double value : {0.1, -0.2, 0.3, 0.0}) {
    step.run({{gradient, Array(Shape{1}, std::vector<double>{value})}});
    path.push_back(variables.get(name).number(0));
  }
  return path;
}

void check_path(const Optimizer& optimizer, const std::vector<double>& expected,
                const std::string& name = "theta") {
  const std::vector<double> path = path_of(optimizer, name);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CAPTURE(i);
    CHECK(path[i] == doctest::Approx(expected[i]).epsilon(1e-12));
  }
}

}  // namespace

TEST_CASE("AdamW follows the reference's numbers") {
  check_path(
      [](auto parameters, auto gradients) {
        return adam(parameters, gradients, {.fixed_rate = 1e-3, .coefficients = {.weight_decay = 0.01}});
      },
      {0.9989900001, 0.999346113704, 0.998992879178, 0.998701727057});
}

TEST_CASE("AdamW leaves alone what should not decay") {
  const auto with_decay = [](double decay) {
    return [decay](auto parameters, auto gradients) {
      return adam(parameters, gradients,
                  {.coefficients = {.weight_decay = decay},
                   .decays = [](const std::string& name) { return !name.ends_with("bias"); }});
    };
  };
  CHECK(path_of(with_decay(0.01), "layer/bias") == path_of(with_decay(0), "layer/bias"));
  CHECK(path_of(with_decay(0.01), "layer/weight") != path_of(with_decay(0), "layer/weight"));
}

TEST_CASE("Adadelta follows the reference's numbers") {
  check_path([](auto parameters, auto gradients) { return adadelta(parameters, gradients); },
             {0.995532329484, 1.001213696575, 0.994373766900, 0.994373766900});
}

TEST_CASE("descent without momentum moves by rate times gradient") {
  check_path([](auto parameters, auto gradients) { return sgd(parameters, gradients, {.fixed_rate = 0.1}); },
             {0.99, 1.01, 0.98, 0.98});
}

TEST_CASE("momentum gathers gradients") {
  check_path([](auto parameters,
                auto gradients) { return sgd(parameters, gradients, {.fixed_rate = 0.1, .momentum = 0.9}); },
             {0.99, 1.001, 0.9809, 0.96281});
}

TEST_CASE("Nesterov's momentum looks ahead") {
  check_path(
      [](auto parameters, auto gradients) {
        return sgd(parameters, gradients, {.fixed_rate = 0.1, .momentum = 0.9, .nesterov = true});
      },
      {0.981, 1.0109, 0.96281, 0.946529});
}

TEST_CASE("an optimiser's state is named after its parameters") {
  Graph graph;
  const Tensor theta = graph.variable("layer/theta", DType::f64, {1}, ones());
  sgd(std::span(&theta, 1), std::span(&theta, 1), {.momentum = 0.5});
  CHECK(graph.find_variable("sgd/momentum/layer/theta"));
  Graph other;
  const Tensor weight = other.variable("layer/weight", DType::f64, {1}, ones());
  adadelta(std::span(&weight, 1), std::span(&weight, 1));
  CHECK(other.find_variable("adadelta/gradients/layer/weight"));
  CHECK(other.find_variable("adadelta/steps/layer/weight"));
}

TEST_CASE("a rate may be fed") {
  Graph graph;
  const Tensor theta = graph.variable("theta", DType::f64, {1}, ones());
  const Tensor rate = graph.input("rate", DType::f64, {});
  const Updates updates = sgd(std::span(&theta, 1), std::span(&theta, 1), {.learning_rate = rate});
  Variables variables(open_backend("reference"), 0);
  Executable step = compile(Tensors{}, updates, variables);
  step.run({{rate, Array(Shape{}, std::vector<double>{0.25})}});
  CHECK(variables.get("theta").number(0) == 0.75);
}

TEST_CASE("parameters without gradients are an error") {
  Graph graph;
  const Tensor theta = graph.variable("theta", DType::f64, {1}, ones());
  const int line = __LINE__ + 1;
  const std::string message = message_of([&] { adadelta(std::span(&theta, 1), {}); });
  CHECK(message ==
        fmt::format("adadelta: needs as many gradients as parameters, and at least one: 0 and 1\n  at {}:{}",
                    __FILE__, line));
}

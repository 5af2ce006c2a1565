// A graph on several backends computes what it computes on one, to the last bit.
#include "../message_of.h"
#include "check_plan.h"
#include "mixed_backends.h"
#include "random_graph.h"
#include "support.h"
#include <doctest/doctest.h>

#include <heed/autodiff/gradients.h>
#include <heed/graph/print.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/matmul.h>
#include <heed/ops/reduce.h>
#include <heed/ops/views.h>

using namespace heed;
using namespace heed::test;

namespace {

bool lacks_nothing(const Op&) {
  return false;
}
bool lacks_products(const Op& op) {
  return op.name() == "matmul";
}
bool lacks_all(const Op&) {
  return true;
}

// Home and another.
Variables mixed(Crippled::Lacks home_lacks, Crippled::Lacks other_lacks = lacks_nothing) {
  Variables variables(std::make_shared<Crippled>("home", std::move(home_lacks)), 1);
  variables.also_on(std::make_shared<Crippled>("other", std::move(other_lacks)));
  return variables;
}

int steps_on(const Plan& plan, int backend) {
  int count = 0;
  for (const Step& step : plan.steps) count += step.backend == backend;
  return count;
}

// A layer and a loss, trained on one input.
struct Trained {
  Graph graph;
  Tensor x = graph.input("x", DType::f32, {4, 3});
  Tensor weight = graph.variable("weight", DType::f32, {3, 5}, glorot_uniform(3, 5));
  Tensor hidden, loss;
  Updates updates;

  explicit Trained(const std::string& backend_of_tanh = {}) {
    const Tensor product = matmul(x, weight);
    {
      const auto on = graph.on(backend_of_tanh);
      hidden = tanh(product);
    }
    loss = mean(square(hidden - 0.25));
    const Tensors gradient = gradients(loss, std::vector{weight});
    updates = {graph.assign(weight, weight - 0.5 * gradient[0])};
  }

  // After three steps.
  Array run(Variables& variables, Plan* plan = nullptr) {
    const Array values({4, 3}, Floats{1, -2, 3, 0.5f, 4, 0, -1, 1, 2, 0.25f, 0, 1});
    Executable executable = compile({loss}, updates, variables);
    check_plan(executable.plan());
    for (int i = 0; i < 3; ++i) executable.run({{x, values}});
    if (plan) *plan = executable.plan();
    return variables.get("weight");
  }
};

Array trained_at_home() {
  Variables variables = store(1);
  return Trained().run(variables);
}

void check_random(std::uint32_t seed, Variables variables) {
  RandomGraphMaker maker(seed);
  const RandomGraph made = maker.make(10 + seed % 40);
  Variables at_home = store();
  set_variables(made, at_home);
  set_variables(made, variables);
  Executable plain = compile(made.fetches, made.updates, at_home);
  Executable spread = compile(made.fetches, made.updates, variables);
  INFO("seed ", seed, "\n", to_text(*made.graph), to_text(spread.plan()));
  check_plan(spread.plan());
  for (int i = 0; i < 2; ++i) {
    plain.run(feeds_of(made));
    spread.run(feeds_of(made));
    for (const Tensor& fetch : made.fetches) REQUIRE(spread.value(fetch) == plain.value(fetch));
    for (const std::string& name : variables.names()) REQUIRE(variables.get(name) == at_home.get(name));
  }
}

}  // namespace

TEST_CASE("what a user places runs there, its gradient too, and gives the same bits") {
  Variables variables = mixed(lacks_nothing);
  Plan plan;
  CHECK(Trained("other").run(variables, &plan) == trained_at_home());
  REQUIRE(plan.away.size() == 1);
  CHECK(plan.away[0].name == "other");
  CHECK(plan.away[0].arena_bytes > 0);
  // tanh and the factor of its gradient.
  CHECK(steps_noted(plan, "on other, as asked") == 2);
  CHECK(steps_noted(plan, "from home to other") >= 1);
  CHECK(steps_noted(plan, "from other to home") >= 1);
  CHECK(to_text(plan).find("\non other: steps ") != std::string::npos);
}

TEST_CASE("where nothing is placed elsewhere, nothing is transferred") {
  Variables variables = mixed(lacks_nothing);
  Plan plan;
  CHECK(Trained().run(variables, &plan) == trained_at_home());
  CHECK(plan.away.empty());
  CHECK(steps_on(plan, 0) == static_cast<int>(plan.steps.size()));
}

TEST_CASE("what home lacks runs on another, and the plan says why") {
  Variables variables = mixed(lacks_products);
  Plan plan;
  CHECK(Trained().run(variables, &plan) == trained_at_home());
  CHECK(steps_noted(plan, "on other: home has no kernel for it") == 2);
}

TEST_CASE("a home that claims nothing keeps the variables, and another does the work") {
  Variables variables = mixed(lacks_all);
  Plan plan;
  CHECK(Trained().run(variables, &plan) == trained_at_home());
  CHECK(steps_on(plan, 1) > 0);
  for (const Step& step : plan.steps) {
    if (step.backend == 0) CHECK(step.op->name() == "transfer");
  }
}

TEST_CASE("what the backend that was asked for lacks runs at home") {
  Variables variables = mixed(lacks_nothing, lacks_all);
  Plan plan;
  CHECK(Trained("other").run(variables, &plan) == trained_at_home());
  CHECK(steps_noted(plan, "on home: other has no kernel for it") == 2);
  CHECK(plan.away.empty());
}

TEST_CASE("what no backend has is refused, and so is a backend that nobody knows") {
  Variables variables = mixed(lacks_products, lacks_products);
  CHECK(message_of([&] {
          Trained().run(variables);
        }).starts_with("compile: the backend home has no kernel for matmul(f32[4, 3], f32[3, 5])\n  at "));
  Variables whole = mixed(lacks_nothing);
  CHECK(
      message_of([&] { Trained("vulkan:7").run(whole); })
          .starts_with("compile: tanh is to run on vulkan:7, but the variables know home, other only: add it "
                       "by also_on()\n  at "));
}

TEST_CASE("of nested placements the innermost holds, and a layer's caller may place it") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {2});
  const auto backend_of = [&](const Tensor& tensor) {
    return graph.node(tensor.node()).origins.front().backend;
  };
  const auto outer = graph.on("a");
  {
    const auto inner = graph.on("b");
    CHECK(backend_of(exp(x)) == "b");
    const auto layer = graph.at(Where::current());
    CHECK(backend_of(exp(x)) == "b");
    const auto inside = graph.on("c");
    CHECK(backend_of(exp(x)) == "c");
  }
  CHECK(backend_of(exp(x)) == "a");
}

TEST_CASE("a strided tensor is made dense before it is transferred, and once for all readers") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {2, 3});
  const Tensor turned = transpose(x, {1, 0});
  const auto on = graph.on("other");
  const Tensor sums = matmul(turned, turned, {.transpose_b = true}), root = sqrt(turned);
  Variables variables = mixed(lacks_nothing);
  Executable executable = compile({sums, root}, variables);
  executable.run({{x, Array({2, 3}, Floats{1, 4, 9, 16, 25, 36})}});
  CHECK(values_of_array(executable.value(root)) == Floats{1, 4, 2, 5, 3, 6});
  CHECK(steps_noted(executable.plan(), "from home to other") == 1);
}

TEST_CASE("arenas away from home may move between runs") {
  Variables variables = mixed(lacks_all);
  Graph small, large;
  const Tensor x = small.input("x", DType::f32, {2}), y = exp(x);
  const Tensor u = large.input("u", DType::f32, {5000}), v = exp(u) + 1.0;
  Executable first = compile({y}, variables), second = compile({v}, variables);
  const Array two = floats({0, 0}), many({5000}, Floats(5000, 0));
  first.run({{x, two}});
  second.run({{u, many}});
  first.run({{x, two}});
  CHECK(values_of_array(first.value(y)) == Floats{1, 1});
  CHECK(second.value(v).number(4999) == 2);
}

TEST_CASE("a profile counts every step of every backend once a run") {
  Variables variables = mixed(lacks_products);
  Trained trained;
  Executable executable = compile({trained.loss}, trained.updates, variables);
  executable.start_profile();
  const Array values({4, 3}, Floats(12, 0.5f));
  executable.run({{trained.x, values}});
  CHECK(executable.profile().events().size() == executable.plan().steps.size());
  for (std::size_t i = 0; i < executable.plan().steps.size(); ++i)
    CHECK(executable.profile().events()[i].step == i);
}

TEST_CASE("random graphs give the same bits on two backends as on one") {
  const auto lacks_some = [](const Op& op) { return op.name().size() % 3 == 0; };
  const auto lacks_others = [](const Op& op) { return op.name().size() % 3 != 0; };
  for (std::uint32_t seed = 2000; seed < 2200; ++seed) {
    check_random(seed, mixed(lacks_some));
    check_random(seed, mixed(lacks_others));
    check_random(seed, mixed(lacks_all));
  }
}

// What a step costs, and how long it took.
#include "support.h"
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <heed/backends/executable.h>
#include <heed/backends/step_cost.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/matmul.h>
#include <heed/ops/reduce.h>
#include <heed/ops/softmax.h>

using namespace heed;
using namespace heed::test;

TEST_CASE("a step's bytes and FLOPs follow from its types") {
  Graph graph;
  const Tensor a = graph.input("a", DType::f32, {3, 8, 4});
  const Tensor b = graph.input("b", DType::f32, {4, 5});
  const Tensor product = matmul(a, b);
  Variables variables(open_backend("reference"));
  const Executable run = compile({product, sum(exp(a) * 2.0), softmax(b)}, variables, {.optimize = false});
  const Plan& plan = run.plan();
  const auto cost = [&](std::string_view name) {
    for (const Step& step : plan.steps) {
      if (step.op->name() == name) return std::pair(bytes_moved(plan, step), flops(plan, step));
    }
    return std::pair(std::int64_t{-1}, -1.0);
  };
  CHECK(cost("matmul") == std::pair(std::int64_t{4 * (96 + 20 + 120)}, 2.0 * 3 * 8 * 4 * 5));
  CHECK(cost("exp") == std::pair(std::int64_t{4 * (96 + 96)}, 96.0));
  CHECK(cost("sum").second >= 5);
}

TEST_CASE("a composite costs what its expansion does") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {6, 10});
  const std::string native = backend_names().front();
  Variables claimed(open_backend(native)), expanded(open_backend("reference"));
  const auto total = [&](Variables& variables) {
    const Executable run = compile({softmax(x)}, variables, {.optimize = false});
    double sum = 0;
    for (const Step& step : run.plan().steps) sum += flops(run.plan(), step);
    return sum;
  };
  CHECK(total(claimed) == total(expanded));
  CHECK(total(expanded) >= 4 * 60);
}

TEST_CASE("a profiled run writes a trace with lines, kernels, bytes and FLOPs") {
  Graph graph;
  const Tensor a = graph.input("a", DType::f32, {8, 4});
  const auto scope = graph.scope("layer");
  const unsigned line = __LINE__ + 1;
  const Tensor y = matmul(a, a, {.transpose_b = true});
  Variables variables(open_backend(backend_names().front()));
  Executable run = compile({y}, variables);
  CHECK_THROWS_AS(run.profile(), Error);
  run.start_profile();
  const Array values(DType::f32, {8, 4});
  for (int i = 0; i < 3; ++i) run.run({{a, values}});
  CHECK(run.profile().runs() == 3);
  CHECK(run.profile().events().size() == 3 * run.plan().steps.size());

  const auto trace = nlohmann::json::parse(run.chrome_trace());
  const auto& events = trace.at("traceEvents");
  REQUIRE(events.size() == run.profile().events().size());
  const auto& event = events[0];
  CHECK(event.at("ph") == "X");
  CHECK(event.at("name") == "matmul");
  CHECK(event.at("dur") >= 0);
  const auto& about = event.at("args");
  CHECK(about.at("kernel") == fmt::format("{}/matmul", backend_names().front()));
  CHECK(about.at("flops") == 2 * 8 * 8 * 4);
  CHECK(about.at("bytes") == 4 * (32 + 32 + 64));
  CHECK(about.at("sources")[0].at("scope") == "layer");
  CHECK(about.at("sources")[0].at("at").get<std::string>().ends_with(fmt::format(":{}", line)));
}

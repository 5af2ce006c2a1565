// Order: what frees memory runs early, and the planned peak is never worse than in program order.
#include "check_plan.h"
#include "support.h"
#include <doctest/doctest.h>

#include <heed/backends/executable.h>
#include <heed/backends/passes/passes.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/matmul.h>
#include <heed/ops/reduce.h>

using namespace heed;
using namespace heed::test;

namespace {

// Several large values that are made first and reduced to one number each later.
Tensor wasteful(Graph& graph, const Tensor& x) {
  Tensors large;
  for (int i = 0; i < 6; ++i) large.push_back(matmul(x, x + static_cast<double>(i)));
  Tensor total = sum(large[0]);
  for (std::size_t i = 1; i < large.size(); ++i) total = total + sum(large[i]);
  static_cast<void>(graph);
  return total;
}

}  // namespace

TEST_CASE("values that are made early and used late are made late") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {64, 64});
  const Tensor y = wasteful(graph, x);
  Variables variables(open_backend("reference"));
  Executable run = compile({y}, variables), plain = compile({y}, variables, {.optimize = false});
  check_plan(run.plan());
  CHECK(run.plan().program_order_bytes > 6 * 64 * 64 * 4);
  CHECK(run.plan().arena_bytes < 5 * 64 * 64 * 4);
  CHECK(to_text(run.plan()).find("in program order") != std::string::npos);
  Array values(DType::f32, {64, 64});
  for (std::int64_t i = 0; i < values.elements(); ++i) values.set_number(i, static_cast<double>(i % 7));
  run.run({{x, values}});
  plain.run({{x, values}});
  CHECK(run.value(y) == plain.value(y));
}

TEST_CASE("a chain stays as it is") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {8, 8});
  const Tensor y = matmul(exp(matmul(x, x)), x);
  const LoweredGraph lowered = extract(std::span(&y, 1), {});
  CHECK(order_for_memory(lowered) == program_order(lowered));
}

TEST_CASE("a variable is updated only after what reads its old value") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {32, 32});
  const Tensor w = graph.variable("w", DType::f32, {32, 32}, ones());
  const Tensor gradient = matmul(x, x);
  const Tensor late = matmul(x, w);  // would be run after the update if that came as soon as it could
  const Tensor next = w - gradient;
  const Updates updates{graph.assign(w, next)};
  Variables variables(open_backend("reference"));
  Executable run = compile({sum(late), wasteful(graph, x)}, updates, variables);
  CHECK(run.plan().state_copies == 0);
  CHECK(run.plan().arena_bytes < run.plan().program_order_bytes);
}

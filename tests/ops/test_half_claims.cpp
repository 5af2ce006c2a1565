// Backends that claim a composite in one direction only: its other half is expanded, and nothing changes.
#include <set>

#include "../backends/mixed_backends.h"
#include "op_runs.h"
#include <doctest/doctest.h>

#include <heed/autodiff/gradients.h>
#include <heed/backends/executable.h>
#include <heed/graph/initializer.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/layer_norm.h>
#include <heed/ops/reduce.h>

using namespace heed;
using namespace heed::test;

namespace {

bool is_backward(const Op& op) {
  return op.name().ends_with("_grad");
}
bool lacks_backwards(const Op& op) {
  return op.is_composite() && is_backward(op);
}
bool lacks_forwards(const Op& op) {
  return op.is_composite() && !is_backward(op);
}

void check_rows(const Crippled::Lacks& lacks) {
  const auto backend = std::make_shared<Crippled>("half", lacks, "onednn");
  for (const OpCase& row : op_cases()) {
    CAPTURE(row.name);
    for (const double off : distances(backend, row)) CHECK(off < row.tolerance);
  }
}

}  // namespace

TEST_CASE("a backend that claims forwards only agrees with the reference, forward and backward") {
  check_rows(lacks_backwards);
}

TEST_CASE("a backend that claims backwards only agrees with the reference, forward and backward") {
  check_rows(lacks_forwards);
}

TEST_CASE("what is claimed in one direction runs as such, and the other direction is expanded") {
  Graph graph;
  const Tensor x = graph.variable("x", DType::f32, {3, 5}, uniform_between(-1, 1));
  const Tensor y = layer_norm(x, graph.variable("gain", DType::f32, {5}, ones()),
                              graph.variable("bias", DType::f32, {5}, zeros()), 1e-5);
  const Tensors gradient = gradients(sum(y * y), graph.variables());
  const auto names = [&](const Crippled::Lacks& lacks) {
    Variables variables(std::make_shared<Crippled>("half", lacks, "onednn"));
    std::set<std::string> ops;
    const Executable executable = compile(gradient, {}, variables);
    for (const Step& step : executable.plan().steps) ops.emplace(step.op->name());
    return ops;
  };
  const auto forwards = names(lacks_backwards), backwards = names(lacks_forwards);
  CHECK(forwards.contains("layer_norm"));
  CHECK_FALSE(forwards.contains("layer_norm_grad"));
  CHECK_FALSE(backwards.contains("layer_norm"));
  CHECK(backwards.contains("layer_norm_grad"));
}

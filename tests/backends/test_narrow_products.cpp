// Precision::bf16 and f16: products take rounded operands, each tensor rounded once; everything else stays
// f32.
#include "../cpu_backends.h"
#include "mixed_backends.h"
#include "support.h"
#include <doctest/doctest.h>

#include <heed/backends/placement.h>
#include <heed/graph/error.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/matmul.h>
#include <heed/ops/views.h>

using namespace heed;
using namespace heed::test;

namespace {

int count_casts(const Graph& graph) {
  int casts = 0;
  for (const Node& node : graph.nodes())
    casts += node.outputs[0].dtype == DType::bf16 && node.op->name() == "convert";
  return casts;
}

}  // namespace

TEST_CASE("operands of products are rounded to bf16, and nothing else") {
  for (const std::string& name : cpu_backends()) {
    CAPTURE(name);
    Variables variables(open_backend(name));
    Graph graph;
    const Tensor x = graph.input("x", DType::f32, {1, 2});
    const Tensor w = graph.variable("w", DType::f32, {2, 1}, values_of(Array({2, 1}, Floats{3, 1})));
    const Tensor product = matmul(x, w), doubled = x * 2.0;
    Executable wide = compile({product, doubled}, variables);
    Executable narrow = compile({product, doubled}, {}, variables, {.precision = Precision::bf16});
    const Array values({1, 2},
                       Floats{1.00390625f, 2});  // 1 + 2^-8 lies between two bf16, 1 being the even one
    wide.run({{x, values}});
    narrow.run({{x, values}});
    CHECK(wide.value(product).number(0) == 5.01171875);
    CHECK(narrow.value(product).number(0) == 5);
    CHECK(narrow.value(doubled).number(0) == 2.0078125);
    CHECK(narrow.value(product).dtype() == DType::f32);
  }
}

TEST_CASE("a tensor that several products read, in whatever shape, is rounded once") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {2, 3, 4});
  const Tensor w = graph.variable("w", DType::f32, {4, 4}, zeros());
  const Tensor forward = matmul(x, w);
  const Tensor backward = matmul(reshape(x, {6, 4}), reshape(forward, {6, 4}), {.transpose_a = true});
  int casts = 0;
  Variables variables = store();
  const auto observe = [&](std::string_view pass, const Graph& after) {
    if (pass == "merge") casts = count_casts(after);
  };
  compile({forward, backward}, {}, variables, {.precision = Precision::bf16, .observe = observe});
  CHECK(casts == 3);  // x, w, and their product
}

TEST_CASE("a precision that the backend has no products of is refused by name") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {2, 2});
  Variables variables(
      std::make_shared<Crippled>("crippled", [](const Op& op) { return op.name() == "matmul"; }));
  CHECK_THROWS_WITH_AS(
      compile({matmul(x, x)}, {}, variables, {.precision = Precision::f16}),
      "compile: precision f16: crippled has no kernel for products of such operands; f32 is there "
      "on every backend",
      MissingKernel);
}

TEST_CASE("f64 products are left alone, and unknown precisions are refused") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f64, {2, 2});
  const Tensor product = matmul(x, x);
  Variables variables = store();
  Executable run = compile({product}, {}, variables, {.precision = Precision::bf16});
  run.run({{x, Array({2, 2}, std::vector<double>{1.001, 0, 0, 1})}});
  CHECK(run.value(product).number(0) == 1.001 * 1.001);
  CHECK(precision_of("bf16") == Precision::bf16);
  CHECK_THROWS_WITH_AS(precision_of("f8"), "precision is f32, bf16 or f16, not f8", Error);
}

// Expansion: composites that a backend does not claim become primitives.
#include "support.h"
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <heed/backends/passes/passes.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/layer_norm.h>
#include <heed/ops/softmax.h>

using namespace heed;
using namespace heed::test;

namespace {

// A primitive that no backend knows.
struct Mystery final : Op {
  std::string_view name() const override { return "mystery"; }
  std::vector<TensorType> infer(Types inputs) const override { return {inputs[0]}; }
};

// A composite that stands for it.
struct Wrapped final : Op {
  std::string_view name() const override { return "wrapped"; }
  std::vector<TensorType> infer(Types inputs) const override { return {inputs[0]}; }
  bool is_composite() const override { return true; }
  Tensors expand(std::span<const Tensor> inputs) const override {
    return inputs[0].graph().apply(std::make_shared<Mystery>(), inputs);
  }
};

LoweredGraph expanded(const Tensor& fetch) {
  const Placement reference({open_backend("reference")});
  return place_on(expand_unclaimed(extract(std::span(&fetch, 1), {}), reference), reference);
}

}  // namespace

TEST_CASE("the reference backend claims no composite") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {2, 4});
  const Tensor gain = graph.input("gain", DType::f32, {4});
  const LoweredGraph result = expanded(softmax(layer_norm(x, gain, gain)));
  for (const Node& node : result.graph->nodes()) CHECK_FALSE(node.op->is_composite());
}

TEST_CASE("an expansion's nodes keep the line and scope of their composite") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {2, 4});
  const auto scope = graph.scope("layer");
  const unsigned line = __LINE__ + 1;
  const Tensor y = softmax(x);
  const LoweredGraph result = expanded(y);
  for (NodeId id = 1; id < result.graph->size(); ++id) {
    CHECK(result.graph->node(id).origins.front().where.line == line);
    CHECK(result.graph->node(id).origins.front().scope == "layer");
  }
}

TEST_CASE("a primitive without a kernel is an error that names backend, op, types and line") {
  for (const bool wrapped : {false, true}) {
    Graph graph;
    const Tensor x = graph.input("x", DType::f32, {2, 3});
    const OpPtr op = wrapped ? OpPtr(std::make_shared<Wrapped>()) : OpPtr(std::make_shared<Mystery>());
    const int line = __LINE__ + 1;
    const Tensor y = graph.apply_one(op, std::span(&x, 1));
    CHECK_THROWS_WITH_AS(
        expanded(y),
        fmt::format("compile: the backend reference has no kernel for mystery(f32[2, 3])\n  at {}:{}",
                    __FILE__, line)
            .c_str(),
        Error);
  }
}

TEST_CASE("an op without a kernel does no harm where nobody needs it") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {2});
  graph.apply_one(std::make_shared<Mystery>(), std::span(&x, 1));
  CHECK_NOTHROW(expanded(tanh(x)));
}

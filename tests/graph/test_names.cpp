// What tensors are called, and which one a name means.
#include <set>

#include "messages.h"
#include <doctest/doctest.h>

#include <heed/autodiff/gradients.h>
#include <heed/graph/names.h>
#include <heed/graph/print.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/matmul.h>
#include <heed/ops/reduce.h>
#include <heed/ops/topk.h>

using namespace heed;
using namespace heed::test;

namespace {

std::string name_of(const Tensor& tensor) {
  return TensorNames(tensor.graph()).of({tensor.node(), tensor.output()});
}

// Every name leads back to its tensor, and no two are equal.
void require_unique(Graph& graph) {
  const TensorNames names(graph);
  std::set<std::string> seen;
  std::size_t outputs = 0;
  for (NodeId id = 0; id < graph.size(); ++id) {
    for (std::uint32_t i = 0; i < graph.node(id).outputs.size(); ++i, ++outputs) {
      const std::string& name = names.of({id, i});
      CAPTURE(name);
      CHECK(seen.insert(name).second);
      CHECK(graph.find(name) == Tensor(graph, id, i));
    }
  }
  CHECK(names.size() == outputs);
}

struct Layers {
  Graph graph;
  Tensor x, first, second;

  Layers() {
    x = graph.input("x", DType::f32, {4, 4});
    first = layer("0", x);
    second = layer("1", first);
  }
  Tensor layer(const std::string& name, Tensor in) {
    const auto scope = graph.scope(name);
    const Tensor w = graph.variable("w", DType::f32, {4, 4}, normal_with(0, 1));
    return graph.name(tanh(matmul(matmul(in, w), w)), "output");
  }
};

}  // namespace

TEST_CASE(
    "a tensor's name is its scope, its name or op, a number for ops, and its output where there are "
    "several") {
  Layers layers;
  CHECK(name_of(layers.x) == "x");
  CHECK(name_of(layers.first) == "0/output");
  CHECK(name_of(*layers.graph.find_variable("1/w")) == "1/w");
  CHECK(layers.graph.find("1/matmul:1").node() == layers.second.node() - 1);
  CHECK(name_of(top_k(layers.x, 2).indices) == "top_k:0.1");
}

TEST_CASE("every tensor has one name of its own and is found by it") {
  Layers layers;
  Graph& graph = layers.graph;
  top_k(layers.x, 2);
  top_k(layers.x, 3);
  const Tensor loss = sum(layers.second);
  gradients(loss, graph.variables());
  graph.assign(graph.variables().front(), graph.variables().front() * 2);
  require_unique(graph);
}

TEST_CASE("names that look like those of other tensors stay unique") {
  Graph graph;
  const Tensor x = graph.input("x:1", DType::f32, {4});
  graph.name(tanh(x), "x");
  graph.name(tanh(x), "x");
  graph.name(tanh(x), "top_k:0.1");
  graph.name(tanh(x), "tanh:0");
  graph.name(tanh(x), "a/b");
  graph.name(tanh(x), "");
  top_k(x, 2);
  tanh(x);
  graph.name(top_k(x, 2).values, "best");
  graph.name(tanh(x), "best.0");
  const auto scope = graph.scope("a");
  graph.name(tanh(x), "b");
  require_unique(graph);
}

TEST_CASE("a variable keeps its name whatever else is called so") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {4});
  const auto scope = graph.scope("layer");
  const Tensor other = graph.name(tanh(x), "w");
  const Tensor w = graph.variable("w", DType::f32, {4}, zeros());
  CHECK(graph.find("layer/w") == w);
  CHECK(graph.find("layer/w:0") == other);
  require_unique(graph);
}

TEST_CASE("what is appended changes no name of a forward node") {
  Layers layers;
  const auto names_before = [&] {
    const TensorNames names(layers.graph);
    std::vector<std::string> all;
    for (NodeId id = 0; id <= layers.second.node(); ++id) all.push_back(names.of({id, 0}));
    return all;
  };
  const std::vector<std::string> before = names_before();
  gradients(sum(layers.second), layers.graph.variables());
  CHECK(names_before() == before);
  CHECK(layers.graph.find("0/output") == layers.first);
}

TEST_CASE("what a name leaves out is found where no other tensor could be meant") {
  Layers layers;
  Graph& graph = layers.graph;
  const TopKResult best = top_k(layers.x, 2);
  CHECK(graph.find("1/output") == layers.second);
  CHECK(graph.find("top_k.1") == best.indices);
  CHECK(graph.find("top_k:0.1") == best.indices);
  const auto scope = graph.scope("deep/er");
  const Tensor y = exp(layers.x);
  CHECK(graph.find("deep/er/exp:0") == y);
  CHECK(graph.find("er/exp") == y);
  CHECK(graph.find("exp") == y);
}

TEST_CASE("a whole name is taken before the ends of others") {
  Layers layers;
  const Tensor output = layers.graph.name(exp(layers.x), "output");
  CHECK(layers.graph.find("output") == output);
}

TEST_CASE("an ambiguous name lists the candidates") {
  Layers layers;
  Graph& graph = layers.graph;
  CHECK(message_of([&] { graph.find("output"); }) ==
        "\"output\" could be any of 2 tensors: 0/output, 1/output");
  CHECK(message_of([&] { graph.find("1/matmul"); }) ==
        "\"1/matmul\" could be any of 2 tensors: 1/matmul:0, 1/matmul:1");
  top_k(layers.x, 2);
  CHECK(message_of([&] { graph.find("top_k"); }) ==
        "\"top_k\" could be any of 2 tensors: top_k:0.0, top_k:0.1");
  for (int i = 0; i < 12; ++i) exp(layers.x);
  exp(layers.x);
  CHECK(message_of([&] { graph.find("exp"); }).ends_with("exp:10, exp:11 and 1 more"));
}

TEST_CASE("two tensors of one given name are told apart by number") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {4});
  const Tensor first = graph.name(tanh(x), "hidden"), second = graph.name(tanh(first), "hidden");
  CHECK(graph.find("hidden:0") == first);
  CHECK(graph.find("hidden:1") == second);
  CHECK(message_of([&] { graph.find("hidden"); }) ==
        "\"hidden\" could be any of 2 tensors: hidden:0, hidden:1");
}

TEST_CASE("an unknown name is told the nearest ones, and where all are listed") {
  Layers layers;
  Graph& graph = layers.graph;
  CHECK(message_of([&] { graph.find("1/ouptut"); }) ==
        "no tensor is called \"1/ouptut\"; nearest: 1/output, 0/output; to_text(graph) lists all 9");
  CHECK(message_of([&] { graph.find("matmull"); }) ==
        "no tensor is called \"matmull\"; nearest: 0/matmul:0, 0/matmul:1, 1/matmul:0, 1/matmul:1; "
        "to_text(graph) lists all 9");
  CHECK(message_of([&] { graph.find("attention weights"); }) ==
        "no tensor is called \"attention weights\"; to_text(graph) lists all 9");
  CHECK(message_of([&] { graph.find(""); }).starts_with("no tensor is called \"\"; "));
  CHECK(message_of([&] { graph.find("/"); }) == "no tensor is called \"/\"; to_text(graph) lists all 9");
  CHECK(message_of([&] { Graph().find("x"); }) == "no tensor is called \"x\"; to_text(graph) lists all 0");
}

TEST_CASE("a name that the printed graph shows is one that finds") {
  Layers layers;
  const std::string text = to_text(layers.graph);
  CHECK(text.find("# 1/matmul:1 test_names.cpp") != std::string::npos);
  CHECK(text.find("# 0/output test_names.cpp") != std::string::npos);
}

// A graph prints itself: as text, as JSON, as DOT.
#include <regex>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <heed/autodiff/gradients.h>
#include <heed/graph/print.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/matmul.h>
#include <heed/ops/reduce.h>
#include <heed/ops/topk.h>

using namespace heed;

namespace {

struct Model {
  Graph graph;
  Tensor x, loss;

  Model() {
    x = graph.input("x", DType::f32, {4, 2});
    const auto scope = graph.scope("layer");
    const Tensor w = graph.variable("w", DType::f32, {2, 3}, normal_with(0, 0.5));
    loss = graph.name(sum(tanh(matmul(x, w)), {0, 1}), "loss");
    graph.assign(w, w * 2);
  }
};

// Lines of source files change with every edit.
std::string without_lines(const std::string& text) {
  return std::regex_replace(text, std::regex(R"(\.cpp:\d+)"), ".cpp:*");
}

}  // namespace

TEST_CASE("a graph prints one line a node") {
  const Model model;
  CHECK(without_lines(to_text(model.graph)) ==
        R"(%0 = input(name=x, type=f32[4, 2]) f32[4, 2]  # x test_print.cpp:*
%1 = variable(name=layer/w, type=f32[2, 3], initializer=normal(0, 0.5)) f32[2, 3]  # layer/w test_print.cpp:*
%2 = matmul(%0, %1) f32[4, 3]  # layer/matmul:0 test_print.cpp:*
%3 = tanh(%2) f32[4, 3]  # layer/tanh:0 test_print.cpp:*
%4 = sum(%3, axes=[0, 1], keep=false) f32[]  # layer/loss test_print.cpp:*
%5 = multiply(%1, program=r1 = constant(f32 2); r2 = multiply(r0, r1); -> r2) f32[2, 3]  # layer/multiply:0 test_print.cpp:*
%6 = assign(%1, %5, name=layer/w)   # layer test_print.cpp:*
)");
}

TEST_CASE("outputs of one node are told apart") {
  Graph graph;
  const TopKResult best = top_k(graph.input("x", DType::f32, {5}), 2);
  tanh(best.values);
  const std::string text = without_lines(to_text(graph));
  CHECK(text.find("%1 = top_k(%0, k=2) f32[2], i32[2]  # top_k:0 test_print.cpp:*\n") != std::string::npos);
  CHECK(text.find("%2 = tanh(%1.0) f32[2]  # tanh:0 test_print.cpp:*\n") != std::string::npos);
}

TEST_CASE("nodes of a gradient say whose they are") {
  Model model;
  gradients(model.loss, std::span(&model.x, 1));
  const std::string text = without_lines(to_text(model.graph));
  CHECK(text.find("  # gradient of matmul layer/gradient/matmul:0 test_print.cpp:*\n") != std::string::npos);
}

TEST_CASE("a graph's JSON can be read back") {
  const Model model;
  const auto read = nlohmann::json::parse(to_json(model.graph));
  const auto& nodes = read.at("nodes");
  REQUIRE(nodes.size() == model.graph.size());
  CHECK(nodes[0].at("op") == "input");
  CHECK(nodes[1].at("attributes").at("name") == "layer/w");
  CHECK(nodes[1].at("outputs")[0].at("dtype") == "f32");
  CHECK(nodes[1].at("outputs")[0].at("shape") == nlohmann::json{2, 3});
  CHECK(nodes[4].at("outputs")[0].at("name") == "layer/loss");
  CHECK(nodes[2].at("inputs") ==
        nlohmann::json::parse(R"([{"node": 0, "output": 0}, {"node": 1, "output": 0}])"));
  CHECK(nodes[2].at("origins")[0].at("scope") == "layer");
  CHECK(nodes[2].at("origins")[0].at("file") == std::string(__FILE__));
  CHECK(nodes[4].at("name") == "loss");
  CHECK(nodes[4].at("attributes").at("axes") == nlohmann::json{0, 1});
  CHECK(nodes[4].at("attributes").at("keep") == false);
  CHECK(nodes[6].at("outputs").empty());
}

TEST_CASE("a graph's picture has a node for each node, an edge for each input and a box for each scope") {
  const Model model;
  CHECK(to_dot(model.graph) == R"(digraph heed {
  rankdir=TB;
  node [fontname="sans-serif", fontsize=10];
    n0 [label="x\nf32[4, 2]", shape=ellipse, style=filled, fillcolor="#dbeafe"];
  subgraph cluster_0 {
    label="layer"; color="#9ca3af";
    n1 [label="layer/w\nf32[2, 3]", shape=box, style="filled,rounded", fillcolor="#fef3c7"];
    n2 [label="matmul\nf32[4, 3]", shape=box, style=filled, fillcolor="#f3f4f6"];
    n3 [label="tanh\nf32[4, 3]", shape=box, style=filled, fillcolor="#f3f4f6"];
    n4 [label="loss: sum\nf32[]", shape=box, style=filled, fillcolor="#f3f4f6"];
    n5 [label="multiply\nf32[2, 3]", shape=box, style=filled, fillcolor="#f3f4f6"];
    n6 [label="assign\n", shape=box, style="filled,rounded", fillcolor="#fde68a"];
  }
  n0 -> n2;
  n1 -> n2;
  n2 -> n3;
  n3 -> n4;
  n1 -> n5;
  n1 -> n6;
  n5 -> n6;
}
)");
}

TEST_CASE("names with quotes do not break a picture") {
  Graph graph;
  const auto scope = graph.scope("a \"scope\"");
  graph.name(tanh(graph.input("an \"input\"", DType::f32, {})), "a \"name\"");
  const std::string text = to_dot(graph);
  CHECK(text.find(R"(label="a \"scope\"")") != std::string::npos);
  CHECK(text.find(R"(label="an \"input\"\nf32[]")") != std::string::npos);
  CHECK(text.find(R"(label="a \"name\": tanh\nf32[]")") != std::string::npos);
}

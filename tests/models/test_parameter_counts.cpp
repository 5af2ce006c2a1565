// Published small models for Multi30k, German to English, rebuilt from heed's layers: their parameter counts
// are known to the digit (bentrevett's pytorch-seq2seq, commit b3cd54c). 7,853 German and 5,893 English
// words; PyTorch's cells have two biases.
#include <doctest/doctest.h>

#include <heed/graph/graph.h>
#include <heed/models/attention/bahdanau.h>
#include <heed/models/layers.h>
#include <heed/models/recurrent/bidirectional.h>
#include <heed/models/recurrent/gru.h>
#include <heed/models/recurrent/lstm.h>

using namespace heed;

namespace {

constexpr std::int64_t german = 7853, english = 5893;

std::int64_t count(const Graph& graph) {
  std::int64_t sum = 0;
  for (const Tensor& variable : graph.variables()) sum += variable.shape().elements();
  return sum;
}

void table(Graph& graph, const char* name, std::int64_t rows, std::int64_t width) {
  graph.variable(name, DType::f32, {rows, width}, zeros());
}

RecurrentOptions cell(std::int64_t in, std::int64_t units) {
  return {.in = in, .units = units, .state_bias = true, .reset = ResetGate::after_product};
}

// Four projections with biases.
void attention(Graph& graph, const std::string& name, std::int64_t width) {
  for (const char* part : {"query", "key", "value", "output"}) Linear(graph, name + "/" + part, width, width);
}

void transformer_layer(Graph& graph, const std::string& name, int attentions) {
  for (int i = 0; i < attentions; ++i) {
    const std::string part = name + "/attention" + std::to_string(i);
    attention(graph, part, 256);
    NormLayer(graph, part + "/norm", 256, 1e-5);
  }
  FeedForward(graph, name + "/feed_forward", 256, 512);
  NormLayer(graph, name + "/feed_forward_norm", 256, 1e-5);
}

}  // namespace

TEST_CASE("the Transformer of 3 + 3 layers has 9,038,341 parameters") {
  Graph graph;
  table(graph, "source", german, 256);
  table(graph, "target", english, 256);
  table(graph, "source_positions", 100, 256);  // learnt
  table(graph, "target_positions", 100, 256);
  for (int i = 0; i < 3; ++i) {
    transformer_layer(graph, "encoder/" + std::to_string(i), 1);
    transformer_layer(graph, "decoder/" + std::to_string(i), 2);
  }
  Linear(graph, "output", 256, english);
  CHECK(count(graph) == 9038341);
}

TEST_CASE("the bidirectional GRU with additive attention has 20,518,405 parameters") {
  Graph graph;
  table(graph, "source", german, 256);
  table(graph, "target", english, 256);
  Bidirectional<GruLayer>(graph, "encoder", cell(256, 512));
  Linear(graph, "bridge", 1024, 512);
  BahdanauAttention(graph, "attention", {.state = 512, .annotation = 1024, .hidden = 512});
  graph.variable("attention/bias", DType::f32, {512}, zeros());  // which the paper does not have
  GruLayer(graph, "decoder", cell(256 + 1024, 512));             // reads the word and the context
  Linear(graph, "output", 512 + 1024 + 256, english);            // from state, context and word
  CHECK(count(graph) == 20518405);
}

TEST_CASE("two LSTM layers without attention have 13,898,501 parameters") {
  Graph graph;
  table(graph, "source", german, 256);
  table(graph, "target", english, 256);
  for (const char* side : {"encoder", "decoder"}) {
    LstmLayer(graph, std::string(side) + "/0", cell(256, 512));
    LstmLayer(graph, std::string(side) + "/1", cell(512, 512));
  }
  Linear(graph, "output", 512, english);
  CHECK(count(graph) == 13898501);
}

TEST_CASE("the GRU that is given the context at every step has 14,219,781 parameters") {
  Graph graph;
  table(graph, "source", german, 256);
  table(graph, "target", english, 256);
  GruLayer(graph, "encoder", cell(256, 512));
  GruLayer(graph, "decoder", cell(256 + 512, 512));   // reads the word and the context
  Linear(graph, "output", 256 + 512 + 512, english);  // from word, state and context
  CHECK(count(graph) == 14219781);
}

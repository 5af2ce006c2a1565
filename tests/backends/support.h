// What the tests of this folder share: small arrays in and out of graphs.
#pragma once

#include <string>
#include <vector>

#include <heed/backends/executable.h>
#include <heed/graph/graph.h>

namespace heed::test {

using Floats = std::vector<float>;

inline Array floats(const Shape& shape, const Floats& values) {
  return Array(shape, values);
}
inline Array floats(const Floats& values) {
  return floats({static_cast<std::int64_t>(values.size())}, values);
}

inline Floats values_of_array(const Array& array) {
  const auto values = array.values<float>();
  return {values.begin(), values.end()};
}

// A variable of the graph that starts with these values.
inline Tensor variable(Graph& graph, const std::string& name, const Floats& values) {
  return graph.variable(name, DType::f32, {static_cast<std::int64_t>(values.size())},
                        heed::values_of(floats(values)));
}

inline Variables store(std::uint64_t seed = 0) {
  return Variables(open_backend("reference"), seed);
}

// How many steps of a plan carry a note that contains `text`.
inline int steps_noted(const Plan& plan, const std::string& text) {
  int count = 0;
  for (const Step& step : plan.steps) count += step.note.find(text) != std::string::npos;
  return count;
}

// How many live nodes of a graph are of one op.
inline int count_ops(const Graph& graph, const std::string& op) {
  int count = 0;
  for (const Node& node : graph.nodes()) count += node.op->name() == op;
  return count;
}

}  // namespace heed::test

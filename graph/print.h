// Prints a graph as text for people, JSON for programs, DOT for pictures; and the values of an array.
#pragma once

#include <string>

#include <heed/graph/graph.h>

namespace heed {

// One line a node: "%7 = matmul(%3, %5) f32[2, 3]  # layer/matmul:1 first_graph.cpp:21". After # stands the
// name that Graph::find() takes; outputs of one node are told apart by .0, .1 behind it.
std::string to_text(const Graph& graph);
std::string to_json(const Graph& graph);  // {"nodes": [{"id", "op", "attributes", "inputs", "outputs", ...}]}
std::string to_dot(const Graph& graph);   // for Graphviz; scopes become boxes

// What is left out of large arrays: of rows that are too long their middle; of arrays with too many elements
// the middle of every axis. `edge` entries stay at each end, and ... stands for the others.
struct ArrayTextOptions {
  std::int64_t most_elements = 1000;
  std::int64_t longest_row = 20;
  std::int64_t edge = 3;
};

// The values, to four digits: "[[0.25,    1],\n [   0, -2.5]]"; rows stand below one another.
std::string to_text(const Array& array, const ArrayTextOptions& options = {});

}  // namespace heed

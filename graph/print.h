// Prints a graph as text for people, JSON for programs, DOT for pictures.
#pragma once

#include <string>

#include <heed/graph/graph.h>

namespace heed {

std::string to_text(const Graph& graph);  // one line a node: "%7 = matmul(%3, %5) f32[2, 3]  # scope, line"
std::string to_json(const Graph& graph);  // {"nodes": [{"id", "op", "attributes", "inputs", "outputs", ...}]}
std::string to_dot(const Graph& graph);   // for Graphviz; scopes become boxes

}  // namespace heed

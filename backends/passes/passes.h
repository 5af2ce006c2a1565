// The passes between a user's graph and its plan. Each takes a graph and gives a new one; none changes its
// argument. What is live is what the fetches and assigns need: every pass drops the rest.
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include <heed/backends/backend.h>
#include <heed/graph/graph.h>

namespace heed {

// A graph with its roots: the fetches, and all assigns it contains.
struct LoweredGraph {
  std::shared_ptr<Graph> graph;
  std::vector<OutputId> fetches;
};

// Called for each live node in order, with its inputs in the new graph; gives the tensors that stand for
// its outputs, or none to copy the node.
using Replace =
    std::function<Tensors(NodeId id, const Node& node, std::span<const Tensor> inputs, Graph& into)>;
LoweredGraph rewrite(const LoweredGraph& from, const Replace& replace);

// The nodes that fetches and assigns need.
std::vector<bool> live_nodes(const LoweredGraph& lowered);

LoweredGraph extract(std::span<const Tensor> fetches, std::span<const Update> updates);
LoweredGraph expand_unclaimed(const LoweredGraph& from, const Backend& backend);
LoweredGraph simplify(
    const LoweredGraph& from);  // merges equal nodes, removes views and sums that do nothing
LoweredGraph fuse_elementwise(const LoweredGraph& from);

}  // namespace heed

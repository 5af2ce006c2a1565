// The passes between a user's graph and its plan. Each takes a graph and gives a new one; none changes its
// argument. What is live is what the fetches and assigns need: every pass drops the rest.
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include <heed/backends/placement.h>
#include <heed/graph/evaluate.h>
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

// What a node's op is applied to.
std::vector<TensorType> input_types(const Graph& graph, const Node& node);

// The nodes that fetches and assigns need.
std::vector<bool> live_nodes(const LoweredGraph& lowered);

// How often each node's outputs are read by live nodes, fetches included.
std::vector<int> count_reads(const LoweredGraph& lowered);

// What the fetches and updates need, and nothing else. Throws Error when a variable is assigned twice.
LoweredGraph extract(std::span<const Tensor> fetches, std::span<const Update> updates);

// Equal nodes become one, which keeps the lines of all.
LoweredGraph merge_equal(const LoweredGraph& from);

// Ops that change nothing disappear, and views of views become one: only what is exact to the last bit.
LoweredGraph simplify_algebra(const LoweredGraph& from);

// Products of f32 operands take them rounded to `narrow`, bf16 or f16, and stay f32. Throws MissingKernel
// where no backend has such products.
LoweredGraph narrow_products(const LoweredGraph& from, DType narrow, const Placement& placement);

// What follows from constants alone is computed now, by the backend that would compute it later; unless the
// result is much larger than what it is made of.
LoweredGraph fold_constants(const LoweredGraph& from, const Evaluate& evaluate);

// Composites that the backend they should run on does not claim are replaced by their expansions.
LoweredGraph expand_unclaimed(const LoweredGraph& from, const Placement& placement);

// Throws Error, naming op, types and line, when no backend has a kernel for a node.
LoweredGraph place_on(const LoweredGraph& from, const Placement& placement);

// Elementwise ops that only one other reads, or only ops that move into it, move into that one, if it has
// the same shape.
LoweredGraph fuse_elementwise(const LoweredGraph& from);

// An elementwise op that alone reads a product of matrices, and has its shape, moves into it, where the
// backend claims both as one.
LoweredGraph fuse_products(const LoweredGraph& from, const Placement& placement);

// An elementwise op that only a reduction reads moves into it, where the backend claims both as one.
LoweredGraph fuse_reductions(const LoweredGraph& from, const Placement& placement);

// The live nodes in program order, and in one that greedily frees memory: not better for every graph, so the
// planner compares.
std::vector<NodeId> program_order(const LoweredGraph& lowered);
std::vector<NodeId> order_for_memory(const LoweredGraph& lowered);

// The same nodes in another order.
LoweredGraph in_order(const LoweredGraph& from, std::span<const NodeId> order);

// Whether a node only names a value that is there before the run, or re-reads one: it runs nowhere.
bool is_source_or_view(const Op& op);

}  // namespace heed

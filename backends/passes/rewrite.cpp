// The frame of every pass: copies the live part of a graph, letting the pass replace nodes on the way.
#include <fmt/format.h>

#include <heed/backends/passes/passes.h>
#include <heed/graph/sources.h>

namespace heed {

namespace {

// Marks what the marked nodes need, from the last to the first.
void mark_inputs(const Graph& graph, std::vector<bool>& marked) {
  for (std::size_t id = marked.size(); id-- > 0;) {
    if (!marked[id]) continue;
    for (const OutputId input : graph.node(static_cast<NodeId>(id)).inputs) marked[input.node] = true;
  }
}

// A new graph of these nodes in this order, each as `replace` gives it.
LoweredGraph copy_nodes(const Graph& graph, std::span<const NodeId> order, std::span<const OutputId> fetches,
                        const Replace& replace) {
  LoweredGraph result{std::make_shared<Graph>(), {}};
  std::vector<std::size_t> first(graph.size());  // of a node's outputs in `moved`
  Tensors moved, inputs;
  moved.reserve(graph.size());
  for (const NodeId id : order) {
    const Node& node = graph.node(id);
    inputs.clear();
    for (const OutputId input : node.inputs) inputs.push_back(moved[first[input.node] + input.output]);
    const auto origin = result.graph->from(node.origins);
    Tensors outputs = replace(id, node, inputs, *result.graph);
    if (outputs.empty()) outputs = result.graph->copy(node, inputs);
    first[id] = moved.size();
    moved.insert(moved.end(), outputs.begin(), outputs.end());
  }
  for (const OutputId fetch : fetches) {
    const Tensor& tensor = moved[first[fetch.node] + fetch.output];
    result.fetches.push_back({tensor.node(), tensor.output()});
  }
  return result;
}

std::vector<NodeId> ids_of(const std::vector<bool>& marked) {
  std::vector<NodeId> ids;
  for (NodeId id = 0; id < marked.size(); ++id) {
    if (marked[id]) ids.push_back(id);
  }
  return ids;
}

Tensors keep_node(NodeId, const Node&, std::span<const Tensor>, Graph&) {
  return {};
}

}  // namespace

std::vector<TensorType> input_types(const Graph& graph, const Node& node) {
  std::vector<TensorType> types;
  types.reserve(node.inputs.size());
  for (const OutputId input : node.inputs) types.push_back(graph.node(input.node).outputs[input.output]);
  return types;
}

std::vector<bool> live_nodes(const LoweredGraph& lowered) {
  std::vector<bool> live(lowered.graph->size());
  for (const OutputId fetch : lowered.fetches) live[fetch.node] = true;
  for (const NodeId assign : lowered.graph->assigns()) live[assign] = true;
  mark_inputs(*lowered.graph, live);
  return live;
}

LoweredGraph rewrite(const LoweredGraph& from, const Replace& replace) {
  return copy_nodes(*from.graph, program_order(from), from.fetches, replace);
}

LoweredGraph in_order(const LoweredGraph& from, std::span<const NodeId> order) {
  return copy_nodes(*from.graph, order, from.fetches, keep_node);
}

std::vector<NodeId> program_order(const LoweredGraph& lowered) {
  return ids_of(live_nodes(lowered));
}

LoweredGraph extract(std::span<const Tensor> fetches, std::span<const Update> updates) {
  if (fetches.empty() && updates.empty()) throw Error("compile: nothing to do: no fetches and no updates");
  Graph& graph = fetches.empty() ? *updates.front().graph : fetches.front().graph();
  std::vector<bool> wanted(graph.size());
  std::unordered_map<std::string, NodeId> assigned;
  for (const Update& update : updates) {
    if (update.graph != &graph) throw Error("compile: fetches and updates belong to different graphs");
    const Node& node = graph.node(update.node);
    const std::string& name = static_cast<const Assign&>(*node.op).variable;
    const auto [earlier, fresh] = assigned.emplace(name, update.node);
    if (!fresh) {
      throw Error(fmt::format("compile: variable {} is assigned twice in one run, at {} and at {}", name,
                              describe(graph.node(earlier->second).origins.front().where),
                              describe(node.origins.front().where)));
    }
    wanted[update.node] = true;
  }
  std::vector<OutputId> outputs;
  for (const Tensor& fetch : fetches) {
    if (&fetch.graph() != &graph) throw Error("compile: fetches belong to different graphs");
    wanted[fetch.node()] = true;
    outputs.push_back({fetch.node(), fetch.output()});
  }
  mark_inputs(graph, wanted);
  return copy_nodes(graph, ids_of(wanted), outputs, keep_node);
}

std::vector<int> count_reads(const LoweredGraph& lowered) {
  const Graph& graph = *lowered.graph;
  std::vector<int> reads(graph.size());
  const std::vector<bool> live = live_nodes(lowered);
  for (NodeId id = 0; id < graph.size(); ++id) {
    if (!live[id]) continue;
    for (const OutputId input : graph.node(id).inputs) ++reads[input.node];
  }
  for (const OutputId fetch : lowered.fetches) ++reads[fetch.node];
  return reads;
}

}  // namespace heed

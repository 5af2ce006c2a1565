// The frame of every pass: copies the live part of a graph, letting the pass replace nodes on the way.
#include <fmt/format.h>

#include <heed/backends/passes/passes.h>
#include <heed/graph/sources.h>

namespace heed {

std::vector<bool> live_nodes(const LoweredGraph& lowered) {
  std::vector<bool> live(lowered.graph->size());
  for (const OutputId fetch : lowered.fetches) live[fetch.node] = true;
  for (const NodeId assign : lowered.graph->assigns()) live[assign] = true;
  for (std::size_t id = live.size(); id-- > 0;) {
    if (!live[id]) continue;
    for (const OutputId input : lowered.graph->node(static_cast<NodeId>(id)).inputs) live[input.node] = true;
  }
  return live;
}

LoweredGraph rewrite(const LoweredGraph& from, const Replace& replace) {
  LoweredGraph result{std::make_shared<Graph>(), {}};
  const std::vector<bool> live = live_nodes(from);
  std::vector<Tensors> moved(from.graph->size());
  for (NodeId id = 0; id < from.graph->size(); ++id) {
    if (!live[id]) continue;
    const Node& node = from.graph->node(id);
    Tensors inputs;
    for (const OutputId input : node.inputs) inputs.push_back(moved[input.node][input.output]);
    const auto origin = result.graph->from(node.origins.front());
    moved[id] = replace(id, node, inputs, *result.graph);
    if (moved[id].empty()) moved[id] = result.graph->copy(node, inputs);
  }
  for (const OutputId fetch : from.fetches) {
    const Tensor& tensor = moved[fetch.node][fetch.output];
    result.fetches.push_back({tensor.node(), tensor.output()});
  }
  return result;
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
  for (const Tensor& fetch : fetches) {
    if (&fetch.graph() != &graph) throw Error("compile: fetches belong to different graphs");
    wanted[fetch.node()] = true;
  }
  for (NodeId id = static_cast<NodeId>(graph.size()); id-- > 0;) {
    if (!wanted[id]) continue;
    for (const OutputId input : graph.node(id).inputs) wanted[input.node] = true;
  }
  LoweredGraph result{std::make_shared<Graph>(), {}};
  std::vector<Tensors> moved(graph.size());
  for (NodeId id = 0; id < graph.size(); ++id) {
    if (!wanted[id]) continue;
    Tensors inputs;
    for (const OutputId input : graph.node(id).inputs) inputs.push_back(moved[input.node][input.output]);
    moved[id] = result.graph->copy(graph.node(id), inputs);
  }
  for (const Tensor& fetch : fetches) {
    const Tensor& tensor = moved[fetch.node()][fetch.output()];
    result.fetches.push_back({tensor.node(), tensor.output()});
  }
  return result;
}

}  // namespace heed

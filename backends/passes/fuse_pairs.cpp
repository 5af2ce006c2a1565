#include <optional>
#include <unordered_map>

#include <heed/backends/passes/fuse_pairs.h>

namespace heed {

namespace {

struct Pair {
  OpPtr op;
  std::size_t input;  // of the reader: the one that disappears
};

// The inputs of the fused op.
template <typename Input>
std::vector<Input> joined(std::span<const Input> read, std::span<const Input> reader, std::size_t input) {
  std::vector<Input> all(read.begin(), read.end());
  for (std::size_t i = 0; i < reader.size(); ++i)
    if (i != input) all.push_back(reader[i]);
  return all;
}

std::optional<Pair> pair_at(const Graph& graph, const Node& reader, std::size_t input,
                            const Placement& placement, Combine combine) {
  const Node& read = graph.node(reader.inputs[input].node);
  const OpPtr op = combine(reader, input, read);
  const int wanted = placement.wanted(reader);
  if (!op || placement.wanted(read) != wanted) return std::nullopt;
  const std::vector<TensorType> types =
      joined<TensorType>(input_types(graph, read), input_types(graph, reader), input);
  if (!placement.backend(wanted).claims(*op, types, reader.outputs)) return std::nullopt;
  return Pair{op, input};
}

// For each node that takes another in, what it becomes.
std::unordered_map<NodeId, Pair> find_pairs(const LoweredGraph& lowered, const Placement& placement,
                                            Combine combine) {
  const std::vector<int> reads = count_reads(lowered);
  const Graph& graph = *lowered.graph;
  std::unordered_map<NodeId, Pair> pairs;
  for (NodeId id = 0; id < graph.size(); ++id) {
    const Node& node = graph.node(id);
    if (reads[id] == 0) continue;
    for (std::size_t i = 0; i < node.inputs.size() && !pairs.contains(id); ++i) {
      if (reads[node.inputs[i].node] != 1) continue;
      if (const auto pair = pair_at(graph, node, i, placement, combine)) pairs.emplace(id, *pair);
    }
  }
  return pairs;
}

}  // namespace

LoweredGraph fuse_pairs(const LoweredGraph& from, const Placement& placement, Combine combine) {
  const auto pairs = find_pairs(from, placement, combine);
  if (pairs.empty()) return from;
  return rewrite(from, [&](NodeId id, const Node&, std::span<const Tensor> inputs, Graph& into) -> Tensors {
    const auto found = pairs.find(id);
    if (found == pairs.end()) return {};
    const auto& [op, input] = found->second;
    const Node& read = into.node(inputs[input].node());  // left dead behind
    Tensors operands;
    for (const OutputId operand : read.inputs) operands.push_back(into.tensor(operand));
    const auto origins = read.origins;
    const Tensors results = into.apply(op, joined<Tensor>(operands, inputs, input));
    into.add_origins(results.front().node(), origins);
    return results;
  });
}

}  // namespace heed

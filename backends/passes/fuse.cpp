// Fusion: an elementwise op whose only reader is an elementwise op of the same shape moves into it, so that
// the value between them never reaches memory. Programs are concatenated; the arithmetic stays the same.
#include <algorithm>

#include <heed/backends/passes/passes.h>
#include <heed/backends/passes/repeated_inputs.h>
#include <heed/graph/sources.h>
#include <heed/ops/elementwise.h>

namespace heed {

namespace {

// Bounds on one fused op: what kernels hold in registers and pass as pointers.
constexpr std::size_t most_instructions = 192;
constexpr std::size_t most_inputs = 16;

// For each node its only reader; `several` if there are more or it is fetched.
class Readers {
 public:
  static constexpr NodeId none = ~NodeId{0};
  static constexpr NodeId several = none - 1;

  explicit Readers(const LoweredGraph& lowered) : only_(lowered.graph->size(), none) {
    const std::vector<bool> live = live_nodes(lowered);
    for (NodeId id = 0; id < lowered.graph->size(); ++id) {
      if (!live[id]) continue;
      for (const OutputId input : lowered.graph->node(id).inputs) note(input.node, id);
    }
    for (const OutputId fetch : lowered.fetches) only_[fetch.node] = several;
  }
  NodeId only(NodeId id) const { return only_[id]; }

 private:
  void note(NodeId id, NodeId reader) {
    if (only_[id] == none || only_[id] == reader) {
      only_[id] = reader;
    } else {
      only_[id] = several;
    }
  }
  std::vector<NodeId> only_;
};

const Elementwise* elementwise_of(const Node& node) {
  return dynamic_cast<const Elementwise*>(node.op.get());
}

bool moves_into_reader(const Graph& graph, const Readers& readers, NodeId id) {
  const Node& node = graph.node(id);
  const Elementwise* op = elementwise_of(node);
  if (!op || op->program.results.size() != 1) return false;
  const NodeId reader = readers.only(id);
  if (reader >= Readers::several) return false;
  return elementwise_of(graph.node(reader)) && graph.node(reader).outputs[0].shape == node.outputs[0].shape;
}

// The program of `consumer` with the program of its input `index` in place of that input.
CompactProgram inline_input(const ScalarProgram& consumer,
                            const std::vector<const ScalarProgram*>& producers) {
  // Inputs: for each consumer input, itself, or those of its producer.
  ScalarBuilder builder;
  std::vector<std::vector<Register>> inputs(consumer.inputs.size());
  for (std::size_t i = 0; i < consumer.inputs.size(); ++i) {
    if (!producers[i]) {
      inputs[i].push_back(builder.input(consumer.inputs[i]));
      continue;
    }
    for (const DType dtype : producers[i]->inputs) inputs[i].push_back(builder.input(dtype));
  }
  std::vector<Register> values;
  for (std::size_t i = 0; i < consumer.inputs.size(); ++i) {
    if (!producers[i]) {
      values.push_back(inputs[i].front());
      continue;
    }
    const std::vector<Register> registers = builder.append(*producers[i], inputs[i]);
    values.push_back(registers[producers[i]->results[0]]);
  }
  const std::vector<Register> registers = builder.append(consumer, values);
  std::vector<Register> results;
  for (const Register reg : consumer.results) results.push_back(registers[reg]);
  return compact(builder.finish(std::move(results)));
}

}  // namespace

namespace {

// One round. Sets `fused_any` when something moved.
LoweredGraph fuse_once(const LoweredGraph& from, bool& fused_any) {
  const Readers readers(from);
  const Graph& old = *from.graph;
  std::vector<bool> pending(old.size());
  for (NodeId id = 0; id < old.size(); ++id) pending[id] = moves_into_reader(old, readers, id);
  if (std::ranges::find(pending, true) == pending.end()) return from;

  return rewrite(from, [&](NodeId, const Node& node, std::span<const Tensor> inputs, Graph& into) -> Tensors {
    const Elementwise* op = elementwise_of(node);
    if (!op) return {};
    // Producers were written before; those that belong here are read back and left dead behind.
    std::vector<const ScalarProgram*> producers(inputs.size(), nullptr);
    std::size_t instructions = op->program.body.size();
    std::size_t operands = inputs.size();
    bool any = false;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (!pending[node.inputs[i].node]) continue;
      const Elementwise* producer = elementwise_of(into.node(inputs[i].node()));
      if (!producer || producer->program.results.size() != 1) continue;
      const std::size_t more_operands = producer->program.inputs.size();
      if (instructions + producer->program.body.size() > most_instructions) continue;
      if (operands + more_operands - 1 > most_inputs) continue;
      producers[i] = &producer->program;
      instructions += producer->program.body.size();
      operands += more_operands - 1;
      any = true;
    }
    if (!any) return {};
    Tensors arguments;
    std::vector<Origin> origins;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (!producers[i]) {
        arguments.push_back(inputs[i]);
        continue;
      }
      const Node& producer = into.node(inputs[i].node());
      for (const OutputId input : producer.inputs) arguments.push_back(into.tensor(input));
      origins.insert(origins.end(), producer.origins.begin(), producer.origins.end());
    }
    CompactProgram fused = inline_input(op->program, producers);
    Tensors used;
    for (const std::size_t index : fused.inputs) used.push_back(arguments[index]);
    if (used.empty()) return {};
    merge_repeated_inputs(fused.program, used);
    const Tensors results = into.apply(std::make_shared<Elementwise>(std::move(fused.program)), used);
    // The shape must not shrink when the only full-sized operand was not needed after all.
    if (results.front().shape() != node.outputs[0].shape) return {};
    into.add_origins(results.front().node(), node.origins);
    into.add_origins(results.front().node(), origins);
    fused_any = true;
    return results;
  });
}

}  // namespace

// What has several readers has one once these are fused with each other, so there are several rounds.
LoweredGraph fuse_elementwise(const LoweredGraph& from) {
  LoweredGraph current = from;
  for (bool changed = true; changed;) {
    changed = false;
    current = fuse_once(current, changed);
  }
  return current;
}

}  // namespace heed

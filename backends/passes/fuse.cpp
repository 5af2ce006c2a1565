// Fusion: an elementwise op whose readers are all parts of one elementwise op of the same shape moves into
// it, so that the value between them never reaches memory. Programs are concatenated; the arithmetic stays
// the same.
#include <algorithm>

#include <heed/backends/passes/passes.h>
#include <heed/ops/elementwise.h>

namespace heed {

namespace {

// Bounds on one fused op: what kernels hold in registers and pass as pointers.
constexpr std::size_t most_instructions = 192;
constexpr std::size_t most_inputs = 16;

const Elementwise* elementwise_of(const Node& node) {
  return dynamic_cast<const Elementwise*>(node.op.get());
}

// Elementwise nodes that become one: the last of them, which others read, and those that only it, or others
// that move into it, read.
struct Group {
  std::vector<NodeId> members;   // the last one first
  std::vector<OutputId> inputs;  // what they read from outside, each once
  std::size_t instructions = 0;
};

// Which nodes belong together, found from the last to the first: readers are known before what they read.
class Groups {
 public:
  explicit Groups(const LoweredGraph& lowered)
      : graph_(*lowered.graph), readers_(graph_.size(), none), group_of_(graph_.size(), none) {
    for (const OutputId fetch : lowered.fetches) readers_[fetch.node] = several;
    const std::vector<bool> live = live_nodes(lowered);
    for (std::size_t id = graph_.size(); id-- > 0;) {
      if (live[id]) visit(static_cast<NodeId>(id));
    }
  }

  // Whether no group has more than one member.
  bool nothing_to_fuse() const {
    return std::ranges::all_of(groups_, [](const Group& group) { return group.members.size() == 1; });
  }

  // The group that ends with this node, if it has other members.
  const Group* ending_with(NodeId id) const {
    if (group_of_[id] >= several) return nullptr;
    const Group& group = groups_[group_of_[id]];
    return group.members.front() == id && group.members.size() > 1 ? &group : nullptr;
  }

 private:
  static constexpr std::uint32_t none = ~std::uint32_t{0};
  static constexpr std::uint32_t several = none - 1;  // groups, or what is no group

  void visit(NodeId id) {
    const Node& node = graph_.node(id);
    if (const Elementwise* op = elementwise_of(node)) {
      if (readers_[id] >= several || !join(id, *op, groups_[readers_[id]])) {
        readers_[id] = static_cast<std::uint32_t>(groups_.size());
        groups_.emplace_back();
        join(id, *op, groups_.back());
      }
      group_of_[id] = readers_[id];
    }
    const std::uint32_t reader = group_of_[id] == none ? several : group_of_[id];
    for (const OutputId input : node.inputs) {
      std::uint32_t& readers = readers_[input.node];
      readers = readers == none || readers == reader ? reader : several;
    }
  }

  bool join(NodeId id, const Elementwise& op, Group& group) const {
    const Node& node = graph_.node(id);
    std::vector<OutputId> inputs = group.inputs;
    std::erase_if(inputs, [&](OutputId input) { return input.node == id; });
    for (const OutputId input : node.inputs) {
      if (std::ranges::find(inputs, input) == inputs.end()) inputs.push_back(input);
    }
    const std::size_t instructions = group.instructions + op.program.body.size();
    if (!group.members.empty()) {
      const Node& last = graph_.node(group.members.front());
      if (last.outputs[0].shape != node.outputs[0].shape) return false;
      if (last.origins.front().backend != node.origins.front().backend) return false;
      if (inputs.size() > most_inputs || instructions > most_instructions) return false;
    }
    group.members.push_back(id);
    group.inputs = std::move(inputs);
    group.instructions = instructions;
    return true;
  }

  const Graph& graph_;
  std::vector<std::uint32_t> readers_;   // of each node: the group that all its readers belong to
  std::vector<std::uint32_t> group_of_;  // of each node
  std::vector<Group> groups_;
};

// The programs of all members, one after the other; its inputs are the group's.
ScalarProgram program_of(const Group& group, const Graph& graph) {
  ScalarBuilder builder;
  for (const OutputId input : group.inputs) builder.input(graph.node(input.node).outputs[input.output].dtype);
  std::vector<std::vector<Register>> results(group.members.size());
  const auto value = [&](OutputId of) -> Register {
    const auto input = std::ranges::find(group.inputs, of);
    if (input != group.inputs.end()) return static_cast<Register>(input - group.inputs.begin());
    const auto member = std::ranges::find(group.members, of.node) - group.members.begin();
    return results[static_cast<std::size_t>(member)][of.output];
  };
  for (std::size_t i = group.members.size(); i-- > 0;) {
    const Node& node = graph.node(group.members[i]);
    std::vector<Register> operands;
    for (const OutputId input : node.inputs) operands.push_back(value(input));
    const ScalarProgram& program = elementwise_of(node)->program;
    const std::vector<Register> registers = builder.append(program, operands);
    for (const Register result : program.results) results[i].push_back(registers[result]);
  }
  return builder.finish(std::move(results.front()));
}

}  // namespace

LoweredGraph fuse_elementwise(const LoweredGraph& from) {
  const Groups groups(from);
  if (groups.nothing_to_fuse()) return from;
  const Graph& old = *from.graph;
  std::vector<Tensors> moved(old.size());
  return rewrite(from,
                 [&](NodeId id, const Node& node, std::span<const Tensor> inputs, Graph& into) -> Tensors {
                   if (node.outputs.empty()) return {};
                   const Group* group = groups.ending_with(id);
                   if (!group) return moved[id] = into.copy(node, inputs);
                   // Members were copied before, and are left dead behind.
                   const CompactProgram fused = compact(program_of(*group, old));
                   Tensors used;
                   for (const std::size_t index : fused.inputs) {
                     const OutputId input = group->inputs[index];
                     used.push_back(moved[input.node][input.output]);
                   }
                   if (used.empty()) return moved[id] = into.copy(node, inputs);
                   const Tensors results = into.apply(std::make_shared<Elementwise>(fused.program), used);
                   // The shape must not shrink when the only full-sized operand was not needed after all.
                   if (results.front().shape() != node.outputs[0].shape)
                     return moved[id] = into.copy(node, inputs);
                   for (const NodeId member : group->members)
                     into.add_origins(results.front().node(), old.node(member).origins);
                   return moved[id] = results;
                 });
}

}  // namespace heed

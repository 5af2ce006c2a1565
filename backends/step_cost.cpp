#include <algorithm>
#include <functional>

#include <fmt/format.h>

#include <heed/backends/passes/passes.h>
#include <heed/backends/step_cost.h>

namespace heed {

namespace {

// `wanted`: for each output whether anybody reads it.
double flops_of(const Op& op, Types inputs, Types outputs, const std::vector<bool>& wanted) {
  if (is_source_or_view(op)) return 0;
  if (!op.is_composite()) return op.flops(inputs, outputs);
  Graph graph;
  Tensors operands;
  for (const TensorType& type : inputs) {
    operands.push_back(graph.input(fmt::format("{}", operands.size()), type.dtype, type.shape));
  }
  const Tensors results = op.expand(operands);
  std::vector<std::vector<bool>> needed(graph.size());  // by node and output
  for (NodeId id = 0; id < graph.size(); ++id) needed[id].resize(graph.node(id).outputs.size());
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (wanted[i]) needed[results[i].node()][results[i].output()] = true;
  }
  double total = 0;
  for (std::size_t id = needed.size(); id-- > 0;) {
    if (std::ranges::none_of(needed[id], std::identity())) continue;
    const Node& node = graph.node(static_cast<NodeId>(id));
    for (const OutputId input : node.inputs) needed[input.node][input.output] = true;
    std::vector<TensorType> types;
    for (const OutputId input : node.inputs) types.push_back(graph.node(input.node).outputs[input.output]);
    total += flops_of(*node.op, types, node.outputs, needed[id]);
  }
  return total;
}

}  // namespace

std::int64_t bytes_moved(const Plan& plan, const Step& step) {
  std::int64_t bytes = 0;
  for (const auto* list : {&step.inputs, &step.outputs}) {
    for (const int tensor : *list) {
      if (tensor != nothing) bytes += plan.tensors[static_cast<std::size_t>(tensor)].layout.type.bytes();
    }
  }
  return bytes;
}

double flops(const Plan& plan, const Step& step) {
  std::vector<TensorType> inputs;
  for (const int input : step.inputs)
    inputs.push_back(plan.tensors[static_cast<std::size_t>(input)].layout.type);
  std::vector<bool> wanted;
  for (const int output : step.outputs) wanted.push_back(output != nothing);
  return flops_of(*step.op, inputs, step.op->infer(inputs), wanted);
}

}  // namespace heed

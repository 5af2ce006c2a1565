#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>

#include <heed/backends/in_place.h>
#include <heed/backends/join.h>
#include <heed/backends/planner.h>
#include <heed/graph/sources.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/random.h>
#include <heed/ops/views.h>

namespace heed {

namespace {

// Walks the graph once, writing steps.
class StepWriter {
 public:
  StepWriter(const LoweredGraph& lowered, std::span<const NodeId> order, const Backend& backend)
      : lowered_(lowered), graph_(*lowered.graph), backend_(backend), order_(order) {
    plan_.graph = lowered.graph;
    std::size_t values = 0;
    for (const Node& node : graph_.nodes()) {
      first_value_.push_back(values);
      values += node.outputs.size();
    }
    place_.assign(values, nothing);
    read_.assign(values, false);
    find_what_is_read();
  }

  Plan write(bool join) {
    for (const NodeId id : order_) visit(id);
    for (const OutputId fetch : lowered_.fetches) plan_.fetches.push_back(fetched(fetch));
    if (join) concatenate_in_place(plan_, assignments_);
    update_variables(plan_, assignments_);
    reuse_inputs(plan_);
    return std::move(plan_);
  }

 private:
  std::size_t value(OutputId id) const { return first_value_[id.node] + id.output; }
  int place(OutputId id) const { return place_[value(id)]; }

  void find_what_is_read() {
    for (const NodeId id : order_) {
      for (const OutputId input : graph_.node(id).inputs) read_[value(input)] = true;
    }
    for (const OutputId fetch : lowered_.fetches) read_[value(fetch)] = true;
  }

  void visit(NodeId id) {
    const Node& node = graph_.node(id);
    const Op& op = *node.op;
    if (const auto* input = dynamic_cast<const Input*>(&op)) return visit_feed(id, input->label);
    if (dynamic_cast<const RandomKey*>(&op)) return visit_random_key(id);
    if (dynamic_cast<const Constant*>(&op)) return visit_constant(id);
    if (const auto* variable = dynamic_cast<const VariableRead*>(&op)) return visit_variable(id, *variable);
    if (dynamic_cast<const Assign*>(&op)) {
      assignments_.push_back({place(node.inputs[0]), place(node.inputs[1])});
      return;
    }
    if (const auto* view = dynamic_cast<const ViewOp*>(&op)) return visit_view(id, *view);
    visit_kernel(id);
  }

  int new_storage(Storage::Kind kind, NodeId node, const TensorType& type, int first_step) {
    Storage storage;
    storage.kind = kind;
    storage.node = node;
    storage.bytes = align_up(std::max<std::int64_t>(type.bytes(), 1));
    storage.first_step = first_step;
    storage.last_step = first_step;
    plan_.storages.push_back(storage);
    return static_cast<int>(plan_.storages.size()) - 1;
  }

  int new_tensor(int storage, const TensorType& type) {
    plan_.tensors.push_back({storage, 0, {type, dense_strides(type.shape)}});
    return static_cast<int>(plan_.tensors.size()) - 1;
  }

  int source(Storage::Kind kind, NodeId id) {
    const TensorType& type = graph_.node(id).outputs[0];
    const int tensor = new_tensor(new_storage(kind, id, type, -1), type);
    place_[value({id, 0})] = tensor;
    return tensor;
  }

  void visit_feed(NodeId id, const std::string& label) {
    plan_.feeds.push_back({label, source(Storage::Kind::arena, id)});
  }
  void visit_random_key(NodeId id) { plan_.random_key = source(Storage::Kind::arena, id); }

  void visit_constant(NodeId id) {
    const int tensor = source(Storage::Kind::constant, id);
    Storage& storage =
        plan_.storages[static_cast<std::size_t>(plan_.tensors[static_cast<std::size_t>(tensor)].storage)];
    storage.offset = plan_.constant_bytes;
    plan_.constant_bytes += storage.bytes;
    plan_.constants.push_back(id);
  }

  void visit_variable(NodeId id, const VariableRead& variable) {
    const int tensor = source(Storage::Kind::variable, id);
    plan_.storages[static_cast<std::size_t>(plan_.tensors[static_cast<std::size_t>(tensor)].storage)]
        .variable = static_cast<int>(plan_.variables.size());
    plan_.variables.push_back(variable.variable);
    plan_.variable_nodes.push_back(id);
  }

  void visit_view(NodeId id, const ViewOp& view) {
    const Node& node = graph_.node(id);
    int operand = place(node.inputs[0]);
    auto layout_of = [&] {
      const TensorLayout& layout = plan_.tensors[static_cast<std::size_t>(operand)].layout;
      return view.layout(layout.type, layout.strides);
    };
    auto layout = layout_of();
    if (!layout) {
      operand = dense(operand, id);
      layout = layout_of();
    }
    PlannedTensor tensor = plan_.tensors[static_cast<std::size_t>(operand)];
    tensor.offset += layout->offset * static_cast<std::int64_t>(size_of(node.outputs[0].dtype));
    tensor.layout = {node.outputs[0], std::move(layout->strides)};
    plan_.tensors.push_back(std::move(tensor));
    place_[value({id, 0})] = static_cast<int>(plan_.tensors.size()) - 1;
  }

  void visit_kernel(NodeId id) {
    const Node& node = graph_.node(id);
    Step step;
    step.op = node.op;
    step.node = id;
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      const int tensor = place(node.inputs[i]);
      step.inputs.push_back(backend_.takes_strides(*node.op, i) ? tensor : dense(tensor, id));
    }
    const int now = static_cast<int>(plan_.steps.size());
    for (std::uint32_t i = 0; i < node.outputs.size(); ++i) {
      const bool is_read = read_[value({id, i})];
      step.outputs.push_back(
          is_read ? new_tensor(new_storage(Storage::Kind::arena, id, node.outputs[i], now), node.outputs[i])
                  : nothing);
      if (is_read) place_[value({id, i})] = step.outputs.back();
    }
    plan_.steps.push_back(std::move(step));
  }

  // What is read after the run: dense, and not in a variable, which by then has its new value.
  int fetched(OutputId id) {
    const int tensor = place(id);
    const int storage = plan_.tensors[static_cast<std::size_t>(tensor)].storage;
    if (plan_.storages[static_cast<std::size_t>(storage)].kind == Storage::Kind::variable)
      return copy(tensor, id.node);
    return dense(tensor, id.node);
  }

  // The tensor itself if it is dense; otherwise a dense copy, made once.
  int dense(int tensor, NodeId reader) {
    if (plan_.tensors[static_cast<std::size_t>(tensor)].layout.is_dense()) return tensor;
    const auto [known, fresh] = copies_.try_emplace(tensor, nothing);
    if (fresh) known->second = copy(tensor, reader);
    return known->second;
  }

  int copy(int tensor, NodeId reader) {
    const TensorLayout layout = plan_.tensors[static_cast<std::size_t>(tensor)].layout;
    Step step;
    step.op = identity(layout.type.dtype);
    step.node = reader;
    step.inputs = {tensor};
    const int now = static_cast<int>(plan_.steps.size());
    step.outputs = {new_tensor(new_storage(Storage::Kind::arena, reader, layout.type, now), layout.type)};
    step.note = "dense copy";
    plan_.steps.push_back(std::move(step));
    return plan_.steps.back().outputs[0];
  }

  const LoweredGraph& lowered_;
  const Graph& graph_;
  const Backend& backend_;
  std::span<const NodeId> order_;
  Plan plan_;
  std::vector<std::size_t> first_value_;  // of each node's outputs, in the two lists below
  std::vector<int> place_;                // the planned tensor
  std::vector<bool> read_;
  std::unordered_map<int, int> copies_;
  std::vector<Assignment> assignments_;
};

}  // namespace

Plan plan_steps(const LoweredGraph& lowered, std::span<const NodeId> order, const Backend& backend,
                bool join) {
  return StepWriter(lowered, order, backend).write(join);
}

}  // namespace heed

#include <algorithm>
#include <map>
#include <unordered_map>

#include <fmt/format.h>

#include <heed/backends/in_place.h>
#include <heed/backends/join.h>
#include <heed/backends/planner.h>
#include <heed/backends/transfer.h>
#include <heed/graph/sources.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/random.h>
#include <heed/ops/views.h>

namespace heed {

namespace {

// Walks the graph once, writing steps.
class StepWriter {
 public:
  StepWriter(const LoweredGraph& lowered, std::span<const NodeId> order, const Placement& placement)
      : lowered_(lowered), graph_(*lowered.graph), placement_(placement), order_(order) {
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
    name_backends();
    if (join) concatenate_in_place(plan_, assignments_);
    update_variables(plan_, assignments_);
    replace_missing_copies();
    reuse_inputs(plan_);
    return std::move(plan_);
  }

 private:
  std::size_t value(OutputId id) const { return first_value_[id.node] + id.output; }
  int place(OutputId id) const { return place_[value(id)]; }

  // A backend that cannot copy has its own memory read and written by the host.
  void replace_missing_copies() {
    for (Step& step : plan_.steps) {
      const auto* op = dynamic_cast<const Elementwise*>(step.op.get());
      if (!op || !op->program.body.empty()) continue;
      if (!copies(step.backend, plan_.tensors[static_cast<std::size_t>(step.outputs[0])].layout.type))
        step.op = transfer_;
    }
  }

  // Backends that nothing runs on are not part of the plan.
  void name_backends() {
    const auto elsewhere = [](const Step& step) { return step.backend != 0; };
    if (std::ranges::none_of(plan_.steps, elsewhere)) return;
    for (std::size_t i = 1; i < placement_.size(); ++i)
      plan_.away.push_back({placement_.backend(static_cast<int>(i)).name()});
  }

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
      assignments_.push_back({place(node.inputs[0]), assigned(node.inputs[1], id)});
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

  // Written by the next step.
  int new_arena_storage(NodeId node, const TensorType& type, int backend) {
    const auto now = static_cast<int>(plan_.steps.size());
    const int storage = new_storage(Storage::Kind::arena, node, type, now);
    plan_.storages[static_cast<std::size_t>(storage)].backend = backend;
    return storage;
  }

  int backend_of(int tensor) const {
    const int storage = plan_.tensors[static_cast<std::size_t>(tensor)].storage;
    return plan_.storages[static_cast<std::size_t>(storage)].backend;
  }

  // All of a storage.
  int new_tensor(int storage, const TensorType& type) {
    plan_.tensors.push_back({storage, 0, {type, dense_strides(type.shape)}});
    const int tensor = static_cast<int>(plan_.tensors.size()) - 1;
    whole_.resize(plan_.storages.size(), nothing);
    whole_[static_cast<std::size_t>(storage)] = tensor;
    return tensor;
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

  // A variable's new value: at home, and dense where home cannot make it so.
  int assigned(OutputId id, NodeId assign) {
    const int tensor = moved(place(id), 0, assign);
    return copies(0, plan_.tensors[static_cast<std::size_t>(tensor)].layout.type) ? tensor
                                                                                  : dense(tensor, assign);
  }

  Placement::Choice choose(const Node& node) const {
    const auto choice = placement_.choose(node, input_types(graph_, node));
    if (!choice) throw InternalError(fmt::format("no backend runs {}", node.op->name()));
    return *choice;
  }

  void visit_kernel(NodeId id) {
    const Node& node = graph_.node(id);
    Step step;
    step.op = node.op;
    step.node = id;
    Placement::Choice choice = choose(node);
    step.backend = choice.backend;
    step.note = std::move(choice.why);
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      const int tensor = moved(place(node.inputs[i]), step.backend, id);
      const bool strided = placement_.backend(step.backend).takes_strides(*node.op, i);
      step.inputs.push_back(strided ? tensor : dense(tensor, id));
    }
    for (std::uint32_t i = 0; i < node.outputs.size(); ++i) {
      const bool is_read = read_[value({id, i})];
      step.outputs.push_back(
          is_read ? new_tensor(new_arena_storage(id, node.outputs[i], step.backend), node.outputs[i])
                  : nothing);
      if (is_read) place_[value({id, i})] = step.outputs.back();
    }
    plan_.steps.push_back(std::move(step));
  }

  // What is read after the run: dense, and not in a variable, which by then has its new value.
  int fetched(OutputId id) {
    const int tensor = moved(place(id), 0, id.node);
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

  bool copies(int backend, const TensorType& type) const {
    return placement_.backend(backend).claims(*identity(type.dtype), std::span(&type, 1),
                                              std::span(&type, 1));
  }

  // Where a tensor can be copied: where it is, or on the first backend that can.
  int copier_of(int tensor) const {
    const TensorType& type = plan_.tensors[static_cast<std::size_t>(tensor)].layout.type;
    const int own = backend_of(tensor);
    if (copies(own, type)) return own;
    for (int i = 0; i < static_cast<int>(placement_.size()); ++i) {
      if (copies(i, type)) return i;
    }
    throw InternalError(fmt::format("no backend copies {}", to_string(type)));
  }

  int copy(int tensor, NodeId reader) {
    const int own = backend_of(tensor), copier = copier_of(tensor);
    if (copier != own) return moved(copy(moved(tensor, copier, reader), reader), own, reader);
    const TensorLayout layout = plan_.tensors[static_cast<std::size_t>(tensor)].layout;
    Step step;
    step.op = identity(layout.type.dtype);
    step.node = reader;
    step.inputs = {tensor};
    step.backend = own;
    step.outputs = {new_tensor(new_arena_storage(reader, layout.type, step.backend), layout.type)};
    step.note = "dense copy";
    plan_.steps.push_back(std::move(step));
    return plan_.steps.back().outputs[0];
  }

  // The tensor itself if it is in that backend's memory; otherwise a transferred copy, made once. Of a
  // strided view all of its storage is transferred, and viewed there.
  int moved(int tensor, int backend, NodeId reader) {
    if (backend_of(tensor) == backend) return tensor;
    if (const auto known = transfers_.find({tensor, backend}); known != transfers_.end())
      return known->second;
    const PlannedTensor from = plan_.tensors[static_cast<std::size_t>(tensor)];
    int there = nothing;
    if (from.layout.is_dense()) {
      there = transfer(tensor, backend, reader);
    } else {
      PlannedTensor view = from;
      const int whole = moved(whole_[static_cast<std::size_t>(from.storage)], backend, reader);
      view.storage = plan_.tensors[static_cast<std::size_t>(whole)].storage;
      plan_.tensors.push_back(std::move(view));
      there = static_cast<int>(plan_.tensors.size()) - 1;
    }
    transfers_.emplace(std::pair(tensor, backend), there);
    return there;
  }

  int transfer(int tensor, int backend, NodeId reader) {
    const TensorType type = plan_.tensors[static_cast<std::size_t>(tensor)].layout.type;
    Step step;
    step.op = transfer_;
    step.node = reader;
    step.inputs = {tensor};
    step.backend = backend;
    step.outputs = {new_tensor(new_arena_storage(reader, type, backend), type)};
    step.note = fmt::format("from {} to {}", placement_.backend(backend_of(tensor)).name(),
                            placement_.backend(backend).name());
    plan_.steps.push_back(std::move(step));
    return plan_.steps.back().outputs[0];
  }

  const LoweredGraph& lowered_;
  const Graph& graph_;
  const Placement& placement_;
  std::span<const NodeId> order_;
  Plan plan_;
  std::vector<std::size_t> first_value_;  // of each node's outputs, in the two lists below
  std::vector<int> place_;                // the planned tensor
  std::vector<bool> read_;
  std::unordered_map<int, int> copies_;
  std::vector<int> whole_;                        // by storage: the tensor that is all of it
  std::map<std::pair<int, int>, int> transfers_;  // by tensor and backend
  const OpPtr transfer_ = std::make_shared<Transfer>();
  std::vector<Assignment> assignments_;
};

}  // namespace

Plan plan_steps(const LoweredGraph& lowered, std::span<const NodeId> order, const Placement& placement,
                bool join) {
  return StepWriter(lowered, order, placement).write(join);
}

}  // namespace heed

#include <algorithm>
#include <atomic>

#include <fmt/format.h>

#include <heed/graph/graph.h>
#include <heed/graph/names.h>
#include <heed/graph/sources.h>

namespace heed {

const TensorType& Tensor::type() const {
  return graph().node(node_).outputs[output_];
}

Graph& Tensor::graph() const {
  if (!graph_) throw Error("this tensor names nothing: it was default-constructed and never assigned");
  return *graph_;
}

std::string describe(const Where& where) {
  return fmt::format("{}:{}", where.file, where.line);
}

namespace {

std::string path_of(const Tensor& tensor) {
  const Node& node = tensor.graph().node(tensor.node());
  const std::string label = label_of(node);
  if (dynamic_cast<const VariableRead*>(node.op.get())) return label;
  const std::string& scope = node.origins.front().scope;
  return scope.empty() ? label : scope + "/" + label;
}

std::string operand_name(const Op& op, std::size_t index) {
  const auto names = op.input_names();
  return index < names.size() ? std::string(names[index]) : fmt::format("input {}", index);
}

std::string operand_line(const Op& op, std::size_t index, const Tensor& tensor) {
  return fmt::format("\n  {:<10} {:<20} {}", operand_name(op, index), to_string(tensor.type()),
                     path_of(tensor));
}

}  // namespace

std::string describe(const Tensor& tensor) {
  return fmt::format("{} {}", path_of(tensor), to_string(tensor.type()));
}

Graph::Graph() {
  static std::atomic<std::uint64_t> graphs{0};
  serial_ = ++graphs;
}

Origins Graph::origins_for(Where where) const {
  if (inherited_) return *inherited_;
  return std::vector<Origin>{{scope_, where, {}, backend_}};
}

std::span<const OutputId> Graph::keep(std::span<const Tensor> inputs) {
  if (inputs.empty()) return {};
  OutputId* const kept = std::pmr::polymorphic_allocator<OutputId>(&memory_).allocate(inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i)
    new (kept + i) OutputId{inputs[i].node(), inputs[i].output()};
  return {kept, inputs.size()};
}

Tensors Graph::append(Node node) {
  const auto id = static_cast<NodeId>(nodes_.size());
  Tensors outputs;
  outputs.reserve(node.outputs.size());
  for (std::uint32_t i = 0; i < node.outputs.size(); ++i) outputs.emplace_back(*this, id, i);
  nodes_.push_back(std::move(node));
  return outputs;
}

Tensor Graph::append_source(OpPtr op, Where where) {
  auto types = op->infer({});
  return append({std::move(op), {}, std::move(types), {}, origins_for(where), 0}).front();
}

Tensor Graph::input(const std::string& name, DType dtype, const Shape& shape, Where where) {
  if (const auto earlier = find_source(inputs_, name)) {
    throw Error(fmt::format("input {} already exists, made at {}\n  at {}", name,
                            describe(nodes_[*earlier].origins.front().where), describe(where)));
  }
  const auto op = std::make_shared<Input>(name, TensorType{dtype, shape});
  const Tensor tensor = append_source(op, where);
  note_source(*op, tensor.node());
  return tensor;
}

Tensor Graph::constant(Array values, Where where) {
  return append_source(std::make_shared<Constant>(std::move(values)), where);
}

Tensor Graph::variable(const std::string& name, DType dtype, const Shape& shape,
                       const Initializer& initializer, Where where) {
  const std::string full_name = scope_.empty() ? name : scope_ + "/" + name;
  const auto op = std::make_shared<VariableRead>(full_name, TensorType{dtype, shape}, initializer);
  if (initializer.kind == Initializer::Kind::array && initializer.values->type() != op->type) {
    throw ShapeError(fmt::format("variable {} is {}, but its initial values are {}\n  at {}", full_name,
                                 to_string(op->type), to_string(initializer.values->type()),
                                 describe(where)));
  }
  if (const auto found = find_source(variables_, full_name)) {
    const Node& earlier = nodes_[*found];
    if (earlier.op->same_as(*op)) return Tensor(*this, *found);
    throw Error(fmt::format("variable {} was made as ({}) at {}\n  and is asked for as ({}) at {}", full_name,
                            to_string(earlier.op->attributes()), describe(earlier.origins.front().where),
                            to_string(op->attributes()), describe(origins_for(where).front().where)));
  }
  const Tensor tensor = append_source(op, where);
  note_source(*op, tensor.node());
  return tensor;
}

Update Graph::assign(Tensor variable, Tensor value, Where where) {
  const Node& read = variable.graph().node(variable.node());
  const auto* op = dynamic_cast<const VariableRead*>(read.op.get());
  if (!op) {
    throw Error(fmt::format("assign: {} is not a variable\n  at {}", describe(variable), describe(where)));
  }
  const Tensor inputs[] = {variable, value};
  apply(std::make_shared<Assign>(op->variable, op->type), inputs, where);
  assigns_.push_back(static_cast<NodeId>(nodes_.size() - 1));
  return {this, assigns_.back()};
}

Tensors Graph::apply(const OpPtr& op, std::span<const Tensor> inputs, Where where) {
  Node node{op, {}, {}, {}, origins_for(where), region_};
  std::vector<TensorType> types;
  types.reserve(inputs.size());
  for (const Tensor& input : inputs) {
    if (!input) {
      throw Error(fmt::format("{}: {} names nothing: it was default-constructed and never assigned\n  at {}",
                              op->name(), operand_name(*op, types.size()),
                              describe(node.origins.front().where)));
    }
    if (&input.graph() != this) {
      throw Error(fmt::format("{}: {} belongs to another graph\n  at {}", op->name(), describe(input),
                              describe(node.origins.front().where)));
    }
    types.push_back(input.type());
  }
  try {
    node.outputs = op->infer(types);
  } catch (const ShapeError& reason) {
    std::string message = fmt::format("{}: {}", op->name(), reason.what());
    for (std::size_t i = 0; i < inputs.size(); ++i) message += operand_line(*op, i, inputs[i]);
    throw ShapeError(fmt::format("{}\n  at {}", message, describe(node.origins.front().where)));
  }
  node.inputs = keep(inputs);
  return append(std::move(node));
}

Tensor Graph::apply_one(const OpPtr& op, std::span<const Tensor> inputs, Where where) {
  return apply(op, inputs, where).front();
}

Tensor Graph::shared(const OpPtr& op, Where where) {
  const auto [found, missing] = shared_by_name_.try_emplace(op->name(), 0);
  if (missing) found->second = append_source(op, where).node();
  return Tensor(*this, found->second);
}

std::string Graph::unique_name(const std::string& name) {
  const std::string full_name = scope_.empty() ? name : scope_ + "/" + name;
  return fmt::format("{}:{}", full_name, name_counts_[full_name]++);
}

Tensor Graph::name(Tensor tensor, std::string name) {
  nodes_[tensor.node()].name = std::move(name);
  return tensor;
}

Graph::Scope Graph::scope(const std::string& name) {
  return Scope(*this, name);
}

namespace {

std::string joined(const std::string& outer, const std::string& name) {
  return outer.empty() ? name : outer + "/" + name;
}

}  // namespace

Graph::Scope::Scope(Graph& graph, const std::string& name)
    : graph_(graph), outer_(graph.scope_), outer_inherited_(graph.inherited_) {
  graph_.scope_ = joined(outer_, name);
  if (!graph_.inherited_) return;
  std::vector<Origin> inner(graph_.inherited_->begin(), graph_.inherited_->end());
  for (Origin& origin : inner) origin.scope = joined(origin.scope, name);
  graph_.inherited_ = std::move(inner);
}

Graph::Scope::~Scope() {
  graph_.scope_ = outer_;
  graph_.inherited_ = outer_inherited_;
}

Graph::On Graph::on(const std::string& backend) {
  return On(*this, backend);
}

Graph::On::On(Graph& graph, const std::string& backend)
    : graph_(graph), outer_(graph.backend_), outer_inherited_(graph.inherited_) {
  graph_.backend_ = backend;
  if (!graph_.inherited_) return;
  std::vector<Origin> inner(graph_.inherited_->begin(), graph_.inherited_->end());
  for (Origin& origin : inner) origin.backend = backend;
  graph_.inherited_ = std::move(inner);
}

Graph::On::~On() {
  graph_.backend_ = outer_;
  graph_.inherited_ = outer_inherited_;
}

Graph::OriginGuard Graph::from(Origins origins) {
  return OriginGuard(*this, std::move(origins));
}

Graph::OriginGuard Graph::at(Where where) {
  return OriginGuard(*this, origins_for(where));
}

Graph::Recompute Graph::recompute() {
  return Recompute(*this);
}

namespace {

Tensors tensors_of(const Graph& graph, const std::vector<NodeId>& ids) {
  Tensors tensors;
  for (const NodeId id : ids) tensors.emplace_back(const_cast<Graph&>(graph), id);
  return tensors;
}

// Of an input or a variable, as it stands in the node's op.
std::string_view source_name(const Node& node) {
  if (const auto* input = dynamic_cast<const Input*>(node.op.get())) return input->label;
  return static_cast<const VariableRead&>(*node.op).variable;
}

}  // namespace

Tensors Graph::inputs() const {
  return tensors_of(*this, inputs_.ids);
}
Tensors Graph::variables() const {
  return tensors_of(*this, variables_.ids);
}

std::optional<Tensor> Graph::find_variable(std::string_view full_name) const {
  const auto found =
      std::ranges::find(variables_.ids, full_name, [&](NodeId id) { return source_name(nodes_[id]); });
  if (found == variables_.ids.end()) return {};
  return Tensor(const_cast<Graph&>(*this), *found);
}

std::optional<NodeId> Graph::find_source(Sources& sources, std::string_view name) const {
  for (; sources.known < sources.ids.size(); ++sources.known) {
    const NodeId id = sources.ids[sources.known];
    sources.by_name.emplace(source_name(nodes_[id]), id);
  }
  const auto found = sources.by_name.find(name);
  if (found == sources.by_name.end()) return {};
  return found->second;
}

Tensor Graph::find(std::string_view name) const {
  const OutputId found = TensorNames(*this).find(name);
  return Tensor(const_cast<Graph&>(*this), found.node, found.output);
}

void Graph::note_source(const Op& op, NodeId id) {
  if (dynamic_cast<const Input*>(&op)) inputs_.ids.push_back(id);
  if (dynamic_cast<const VariableRead*>(&op)) variables_.ids.push_back(id);
}

Tensors Graph::copy(const Node& node, std::span<const Tensor> inputs) {
  Node copied = node;
  copied.inputs = keep(inputs);
  const auto id = static_cast<NodeId>(nodes_.size());
  if (node.inputs.empty()) note_source(*node.op, id);
  if (node.outputs.empty()) assigns_.push_back(id);
  return append(std::move(copied));
}

void Graph::add_origins(NodeId id, const Origins& origins) {
  Origins& known = nodes_[id].origins;
  known = merged(known, origins);
}

namespace {

// What is made of very many nodes keeps all their lines, but no longer all their scopes.
constexpr std::size_t most_scopes = 32;

bool same_line(const Origin& a, const Origin& b) {
  return a.where.line == b.where.line && std::string_view(a.where.file) == b.where.file;
}

}  // namespace

Origins merged(const Origins& origins, const Origins& more) {
  if (more.is(origins)) return origins;
  std::vector<Origin> added;
  const auto is_known = [&](const Origin& origin) {
    const auto same = [&](const Origin& other) {
      if (!same_line(origin, other)) return false;
      const bool crowded = origins.size() + added.size() >= most_scopes;
      return crowded || (other.scope == origin.scope && other.gradient_of == origin.gradient_of);
    };
    return std::ranges::any_of(origins, same) || std::ranges::any_of(added, same);
  };
  for (const Origin& origin : more) {
    if (!is_known(origin)) added.push_back(origin);
  }
  if (added.empty()) return origins;
  added.insert(added.begin(), origins.begin(), origins.end());
  return added;
}

}  // namespace heed

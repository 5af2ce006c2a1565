// Graph: describes a computation. Knows nothing of values, devices or gradients.
#pragma once

#include <deque>
#include <functional>
#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <heed/graph/array.h>
#include <heed/graph/error.h>
#include <heed/graph/initializer.h>
#include <heed/graph/node.h>

namespace heed {

// The handle of an assign node.
struct Update {
  Graph* graph = nullptr;
  NodeId node = 0;
};
using Updates = std::vector<Update>;

// An append-only list of nodes: a node's inputs are older than itself, so node order is already an
// execution order. Tensors point into their graph, so a graph neither moves nor copies.
class Graph {
 public:
  Graph();
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;

  // A value fed for each run. Names are unique within a graph.
  Tensor input(const std::string& name, DType dtype, const Shape& shape, Where where = Where::current());

  Tensor constant(Array values, Where where = Where::current());

  // The value before the run of the variable `name`, prefixed by the open scopes. Asking twice for one
  // name gives the same tensor; asking with another type or initializer is an Error naming both lines.
  Tensor variable(const std::string& name, DType dtype, const Shape& shape, const Initializer& initializer,
                  Where where = Where::current());

  // Sets the variable that `variable` reads to `value` after a run that is compiled with this update.
  Update assign(Tensor variable, Tensor value, Where where = Where::current());

  // Appends an op. Throws ShapeError naming op, operands, the reason and the user's line.
  Tensors apply(const OpPtr& op, std::span<const Tensor> inputs, Where where = Where::current());
  Tensor apply_one(const OpPtr& op, std::span<const Tensor> inputs, Where where = Where::current());

  // The output of an op without inputs that the graph needs only once, made at the first call.
  Tensor shared(const OpPtr& op, Where where = Where::current());

  // "encoder/layer2/dropout:1": the open scopes, `name`, and how often that name was asked for before.
  std::string unique_name(const std::string& name);

  // Gives a tensor's node a name for prints, messages and find(); returns the tensor.
  Tensor name(Tensor tensor, std::string name);

  // While the guard lives, its name prefixes scopes and variables: "encoder/layer2/".
  class Scope;
  [[nodiscard]] Scope scope(const std::string& name);
  const std::string& current_scope() const { return scope_; }

  // While the guard lives, new nodes come from `origins`, whatever their own line is. Layers hold one for
  // their caller's line, expansions and gradients for the forward node.
  class OriginGuard;
  [[nodiscard]] OriginGuard from(Origins origins);
  [[nodiscard]] OriginGuard at(Where where);  // keeps the current scope

  // While the guard lives, new ops belong to a region of their own, whose values gradients compute again
  // instead of keeping them from the forward to the backward pass: memory traded for time. Only what enters
  // and leaves the region is kept. The gradients are the same to the last bit, dropout included. Of nested
  // regions, an op belongs to the innermost.
  class Recompute;
  [[nodiscard]] Recompute recompute();

  // While the guard lives, new ops run on the backend of this name, "vulkan:0", wherever the rest runs; their
  // gradients, too. It is one of those that the executable's Variables know. Of nested guards, the innermost.
  class On;
  [[nodiscard]] On on(const std::string& backend);

  // Differs between any two graphs of a process, also when one takes the other's place in memory.
  std::uint64_t serial() const { return serial_; }

  std::size_t size() const { return nodes_.size(); }
  const Node& node(NodeId id) const { return nodes_[id]; }
  const std::pmr::deque<Node>& nodes() const { return nodes_; }
  Tensor tensor(OutputId id) { return Tensor(*this, id.node, id.output); }

  Tensors inputs() const;     // in order of their making
  Tensors variables() const;  // reads, in order of their making
  const std::vector<NodeId>& assigns() const { return assigns_; }
  std::optional<Tensor> find_variable(std::string_view full_name) const;  // takes time for all variables

  // The tensor called "encoder/0/self/weights", as to_text() shows it and graph/names.h explains; parts may
  // be left out where no other tensor could be meant. Throws Error with the candidates where several could,
  // and with the nearest names where there is none. Takes time for all nodes; TensorNames finds many.
  Tensor find(std::string_view name) const;

  // Adds a copy of a node of another graph on inputs of this one: what passes are made of.
  Tensors copy(const Node& node, std::span<const Tensor> inputs);

  // Fusing and merging: `id` now also stands for another node's lines.
  void add_origins(NodeId id, const Origins& origins);

 private:
  Origins origins_for(Where where) const;
  std::span<const OutputId> keep(std::span<const Tensor> inputs);
  Tensors append(Node node);
  Tensor append_source(OpPtr op, Where where);
  void note_source(const Op& op, NodeId id);

  // Inputs or variables in order of their making, and by their names, which are in the nodes' ops. Names
  // are looked at only when one is asked for: passes copy graphs and never ask.
  struct Sources {
    std::vector<NodeId> ids;
    std::unordered_map<std::string_view, NodeId> by_name;  // the first `known`
    std::size_t known = 0;
  };
  std::optional<NodeId> find_source(Sources& sources, std::string_view name) const;

  std::uint64_t serial_;
  // Nodes and their inputs live and die with the graph; one pool makes that cheap for graphs of any size.
  std::pmr::monotonic_buffer_resource memory_;
  std::pmr::deque<Node> nodes_{&memory_};
  Sources inputs_;
  Sources variables_;
  std::vector<NodeId> assigns_;
  std::unordered_map<std::string_view, NodeId> shared_by_name_;
  std::unordered_map<std::string, std::size_t> name_counts_;
  std::string scope_;
  std::string backend_;
  std::optional<Origins> inherited_;
  std::uint32_t region_ = 0;  // the open one
  std::uint32_t regions_ = 0;
};

class Graph::Scope {
 public:
  Scope(Graph& graph, const std::string& name);
  ~Scope();
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

 private:
  Graph& graph_;
  std::string outer_;
  std::optional<Origins> outer_inherited_;
};

class Graph::OriginGuard {
 public:
  OriginGuard(Graph& graph, Origins origins) : graph_(graph), outer_(std::move(graph.inherited_)) {
    graph_.inherited_ = std::move(origins);
  }
  ~OriginGuard() { graph_.inherited_ = std::move(outer_); }
  OriginGuard(const OriginGuard&) = delete;
  OriginGuard& operator=(const OriginGuard&) = delete;

 private:
  Graph& graph_;
  std::optional<Origins> outer_;
};

class Graph::On {
 public:
  On(Graph& graph, const std::string& backend);
  ~On();
  On(const On&) = delete;
  On& operator=(const On&) = delete;

 private:
  Graph& graph_;
  std::string outer_;
  std::optional<Origins> outer_inherited_;
};

class Graph::Recompute {
 public:
  explicit Recompute(Graph& graph) : graph_(graph), outer_(graph.region_) {
    graph.region_ = ++graph.regions_;
  }
  ~Recompute() { graph_.region_ = outer_; }
  Recompute(const Recompute&) = delete;
  Recompute& operator=(const Recompute&) = delete;

 private:
  Graph& graph_;
  std::uint32_t outer_;
};

// "decoder/attend/query f32[32, 7, 64]": how messages speak of a tensor.
std::string describe(const Tensor& tensor);
std::string describe(const Where& where);  // "examples/first_graph.cpp:41"

}  // namespace heed

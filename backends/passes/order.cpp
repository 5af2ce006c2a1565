// Order: what frees memory runs as soon as it can; everything else in the order of the program.
#include <algorithm>
#include <queue>
#include <set>

#include <heed/backends/passes/passes.h>
#include <heed/graph/sources.h>
#include <heed/ops/views.h>

namespace heed {

namespace {

// Chooses an order of a graph's live nodes. Values are named by the node and output that own their memory;
// what a view shows belongs to what it is a view of.
class Scheduler {
 public:
  explicit Scheduler(const LoweredGraph& lowered)
      : graph_(*lowered.graph),
        live_(live_nodes(lowered)),
        is_view_(graph_.size()),
        runs_(graph_.size()),
        first_(graph_.size()),
        waiting_(graph_.size()),
        after_(graph_.size()) {
    values_.reserve(graph_.size());
    for (NodeId id = 0; id < graph_.size(); ++id) {
      if (live_[id]) add(id);
    }
    for (const OutputId fetch : lowered.fetches) ++value_of(fetch).readers;  // never read to the end
    keep_updates_in_place();
    for (NodeId id = 0; id < graph_.size(); ++id) {
      if (live_[id] && waiting_[id] == 0) make_ready(id);
    }
  }

  std::vector<NodeId> run() {
    while (!by_id_.empty()) {
      const NodeId id = next();
      take(id);
      order_.push_back(id);
      for (const NodeId reader : after_[id]) {
        if (--waiting_[reader] == 0) make_ready(reader);
      }
    }
    return std::move(order_);
  }

 private:
  struct Value {
    std::int64_t bytes = 0;
    NodeId made_by = 0;
    int readers = 0;                // ops that have yet to run
    std::vector<NodeId> read_by{};  // each reader once
  };

  Value& value_of(OutputId id) { return values_[first_[id.node] + id.output]; }

  // Of a node that runs.
  std::span<const Value> outputs_of(NodeId id) const {
    return std::span(values_).subspan(first_[id], graph_.node(id).outputs.size());
  }

  void add(NodeId id) {
    const Node& node = graph_.node(id);
    for (const OutputId input : node.inputs) wait_for(id, input.node);
    is_view_[id] = dynamic_cast<const ViewOp*>(node.op.get()) != nullptr;
    if (is_view_[id]) {
      first_[id] = first_[node.inputs[0].node] + node.inputs[0].output;
      return;
    }
    runs_[id] = !is_source_or_view(*node.op);
    first_[id] = values_.size();
    for (const TensorType& output : node.outputs)
      values_.push_back({.bytes = runs_[id] ? output.bytes() : 0, .made_by = id});
    for (const OutputId input : node.inputs) {
      Value& value = value_of(input);
      if (!value.read_by.empty() && value.read_by.back() == id) continue;
      value.read_by.push_back(id);
      ++value.readers;
    }
    if (dynamic_cast<const Assign*>(node.op.get())) value_of(node.inputs[1]).bytes = 0;  // the variable's own
  }

  void wait_for(NodeId id, NodeId earlier) {
    after_[earlier].push_back(id);
    ++waiting_[id];
  }

  // A variable's new value can take the old one's place only after whatever reads the old one.
  void keep_updates_in_place() {
    for (const NodeId assign : graph_.assigns()) {
      if (!live_[assign]) continue;
      const Node& node = graph_.node(assign);
      const NodeId writer = value_of(node.inputs[1]).made_by;
      for (const NodeId reader : value_of(node.inputs[0]).read_by) {
        if (reader < writer) wait_for(writer, reader);
      }
    }
  }

  // Each value once, however often the node reads it.
  std::vector<Value*> values_read_by(const Node& node) {
    std::vector<Value*> values;
    for (const OutputId input : node.inputs) {
      Value* const value = &value_of(input);
      if (std::ranges::find(values, value) == values.end()) values.push_back(value);
    }
    return values;
  }

  // Bytes that running the node sets free, less those it takes.
  std::int64_t gain(NodeId id) {
    if (!runs_[id]) return 0;
    std::int64_t bytes = 0;
    for (const Value& output : outputs_of(id)) bytes -= output.bytes;
    for (const Value* value : values_read_by(graph_.node(id))) {
      if (value->readers == 1) bytes += value->bytes;
    }
    return bytes;
  }

  void make_ready(NodeId id) {
    by_id_.insert(id);
    note_gain(id);
  }

  void note_gain(NodeId id) {
    const std::int64_t bytes = gain(id);
    if (bytes > 0) by_gain_.push({bytes, ~id});
  }

  // The ready node that frees most, the earlier one of equals; or the earliest if none frees anything.
  NodeId next() {
    while (!by_gain_.empty()) {
      const auto [bytes, inverse] = by_gain_.top();
      by_gain_.pop();
      const NodeId id = ~inverse;
      if (by_id_.contains(id) && gain(id) == bytes) return id;
    }
    return *by_id_.begin();
  }

  void take(NodeId id) {
    by_id_.erase(id);
    if (is_view_[id]) return;
    for (Value* value : values_read_by(graph_.node(id))) {
      if (--value->readers != 1) continue;
      for (const NodeId reader : value->read_by) {  // the last one now frees it
        if (by_id_.contains(reader)) note_gain(reader);
      }
    }
  }

  const Graph& graph_;
  std::vector<bool> live_;
  std::vector<bool> is_view_, runs_;
  std::vector<std::size_t> first_;  // in `values_`: a node's outputs, or what a view shows
  std::vector<int> waiting_;        // for how many earlier nodes
  std::vector<std::vector<NodeId>> after_;
  std::vector<Value> values_;
  std::set<NodeId> by_id_;  // ready
  std::priority_queue<std::pair<std::int64_t, NodeId>> by_gain_;
  std::vector<NodeId> order_;
};

}  // namespace

std::vector<NodeId> order_for_memory(const LoweredGraph& lowered) {
  return Scheduler(lowered).run();
}

}  // namespace heed

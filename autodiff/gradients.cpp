#include <algorithm>
#include <deque>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

#include <heed/autodiff/gradients.h>
#include <heed/autodiff/recomputation.h>
#include <heed/ops/accumulate.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/reduce.h>

namespace heed {

namespace {

// One reverse walk over the nodes [first, end of the graph) that lie between `wrt` and the outputs.
class Backward {
 public:
  Backward(Graph& graph, std::span<const Tensor> wrt, NodeId first)
      : graph_(graph), first_(first), last_(static_cast<NodeId>(graph.size())), depends_(last_ - first) {
    for (const Tensor& tensor : wrt) wrt_.insert(tensor.node());
    for (NodeId id = first_; id < last_; ++id) {
      bool& depends = depends_[id - first_];
      depends = wrt_.contains(id);
      for (const OutputId input : graph.node(id).inputs) depends |= depends_on(input.node);
    }
  }

  void arrive(OutputId at, Tensor gradient) {
    Arriving& slot = arriving_[key(at)];
    if (!slot.products.empty() && are_thin_products(slot.products.front(), gradient)) {
      slot.products.push_back(gradient);
    } else if (slot.products.empty() && slot.sum && are_thin_products(slot.sum, gradient)) {
      slot.products = {slot.sum, gradient};
      slot.sum = {};
    } else {
      slot.sum = slot.sum ? accumulate(slot.sum, gradient) : gradient;
    }
  }

  void walk() {
    for (NodeId id = last_; id-- > first_;) {
      if (depends_on(id)) visit(id);
    }
  }

  // All of what arrived at a tensor whose readers have been visited; names nothing where nothing did.
  Tensor arrived(OutputId at) {
    const auto found = arriving_.find(key(at));
    if (found == arriving_.end()) return {};
    Arriving& slot = found->second;
    if (!slot.products.empty()) {
      // The walk goes backwards: with its order turned round, rows lie as the forward pass wrote them.
      std::ranges::reverse(slot.products);
      const Tensor joined = join_products(slot.products);
      slot.sum = slot.sum ? accumulate(slot.sum, joined) : joined;
      slot.products.clear();
    }
    return slot.sum;
  }

 private:
  static std::uint64_t key(OutputId id) { return (std::uint64_t{id.node} << 32) | id.output; }

  bool depends_on(NodeId id) const { return id < first_ ? wrt_.contains(id) : depends_[id - first_]; }

  void visit(NodeId id);
  Gradients rule(const Node& node, const Applied& forward, std::span<const std::optional<Tensor>> outputs);
  Gradients through_expansion(const Node& node, const Applied& forward,
                              std::span<const std::optional<Tensor>> outputs);

  Graph& graph_;
  NodeId first_;
  NodeId last_;
  std::unordered_set<NodeId> wrt_;
  std::deque<bool> depends_;
  // Gradients of one tensor so far: added up, but for products that will be one.
  struct Arriving {
    Tensor sum;
    Tensors products;
  };
  std::unordered_map<std::uint64_t, Arriving> arriving_;
  std::unordered_map<std::uint32_t, Recomputation> recomputations_;  // by region
};

void Backward::visit(NodeId id) {
  const Node node = graph_.node(id);  // a copy: rules append to the graph
  const bool wanted = std::any_of(node.inputs.begin(), node.inputs.end(),
                                  [&](const OutputId input) { return depends_on(input.node); });
  if (!wanted) return;
  std::vector<std::optional<Tensor>> outputs(node.outputs.size());
  Tensor any;
  for (std::uint32_t i = 0; i < outputs.size(); ++i) {
    const Tensor gradient = arrived({id, i});
    if (!gradient) continue;
    outputs[i] = gradient;
    if (!any) any = gradient;
  }
  if (!any) return;

  Origin origin = node.origins.front();
  origin.gradient_of = origin.gradient_of.empty() ? std::string(node.op->name()) : origin.gradient_of;
  const auto guard = graph_.from(origin);
  Recomputation* recomputation = nullptr;
  if (node.region != 0) {
    recomputation = &recomputations_.try_emplace(node.region, graph_, node.region, any).first->second;
  }
  const auto value = [&](OutputId of) {
    return recomputation ? recomputation->value(of) : graph_.tensor(of);
  };
  Tensors in, out;
  for (const OutputId input : node.inputs) in.push_back(value(input));
  for (std::uint32_t i = 0; i < outputs.size(); ++i) out.push_back(value({id, i}));
  const Gradients gradients = rule(node, {in, out}, outputs);
  for (std::size_t i = 0; i < in.size() && i < gradients.size(); ++i) {
    if (!gradients[i] || !depends_on(node.inputs[i].node)) continue;
    // Broadcasting is undone here, once, and not in each rule.
    arrive(node.inputs[i], sum_to(*gradients[i], in[i].shape()));
  }
}

Gradients Backward::rule(const Node& node, const Applied& forward,
                         std::span<const std::optional<Tensor>> outputs) {
  if (auto own = node.op->gradient(forward, outputs)) return *own;
  if (node.op->is_composite()) return through_expansion(node, forward, outputs);
  throw Error(fmt::format("gradients: {} has no gradient, and the loss depends on its inputs\n  at {}",
                          node.op->name(), describe(node.origins.front().where)));
}

// Gradients of `wrt` through the nodes from `first` on. With first = 0 that is all there is; an expansion's
// own nodes give the partial derivatives of one op.
Tensors walk_back(std::span<const Tensor> outputs, std::span<const Tensor> seeds, std::span<const Tensor> wrt,
                  NodeId first) {
  Backward backward(outputs.front().graph(), wrt, first);
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    backward.arrive({outputs[i].node(), outputs[i].output()}, seeds[i]);
  }
  backward.walk();
  Tensors results;
  for (const Tensor& tensor : wrt) {
    const Tensor gradient = backward.arrived({tensor.node(), tensor.output()});
    results.push_back(gradient ? gradient : zeros_like(tensor));
  }
  return results;
}

Gradients Backward::through_expansion(const Node& node, const Applied& forward,
                                      std::span<const std::optional<Tensor>> outputs) {
  const auto first = static_cast<NodeId>(graph_.size());
  const Tensors expanded = node.op->expand(forward.inputs);
  Tensors results, seeds;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (!outputs[i]) continue;
    results.push_back(expanded[i]);
    seeds.push_back(*outputs[i]);
  }
  Gradients gradients;
  std::vector<std::size_t> asked;
  Tensors wrt;
  for (std::size_t i = 0; i < forward.inputs.size(); ++i) {
    gradients.emplace_back();
    if (!is_floating(forward.inputs[i].dtype()) || !depends_on(node.inputs[i].node)) continue;
    // Of a tensor that is several inputs at once, the first one's gradient is that of all its uses.
    if (std::find(wrt.begin(), wrt.end(), forward.inputs[i]) != wrt.end()) continue;
    asked.push_back(i);
    wrt.push_back(forward.inputs[i]);
  }
  const Tensors inner = walk_back(results, seeds, wrt, first);
  for (std::size_t i = 0; i < asked.size(); ++i) gradients[asked[i]] = inner[i];
  return gradients;
}

}  // namespace

Tensors gradients_from(std::span<const Tensor> outputs, std::span<const Tensor> seeds,
                       std::span<const Tensor> wrt, Where where) {
  if (outputs.empty() || wrt.empty()) return {};
  for (const Tensor& tensor : wrt) {
    if (&tensor.graph() == &outputs.front().graph()) continue;
    throw Error(fmt::format("gradients: {} belongs to another graph than the loss\n  at {}", describe(tensor),
                            describe(where)));
  }
  const auto guard = outputs.front().graph().at(where);
  return walk_back(outputs, seeds, wrt, 0);
}

Tensors gradients(Tensor loss, std::span<const Tensor> wrt, Where where) {
  if (!is_floating(loss.dtype()) || loss.shape().rank() != 0) {
    throw ShapeError(
        fmt::format("gradients: the loss must be a floating-point scalar, not {}; sum or average it\n  at {}",
                    describe(loss), describe(where)));
  }
  for (const Tensor& tensor : wrt) {
    if (is_floating(tensor.dtype())) continue;
    throw ShapeError(
        fmt::format("gradients: {} is not floating-point\n  at {}", describe(tensor), describe(where)));
  }
  const Tensor seed = scalar_like(loss, 1, where);
  return gradients_from(std::span(&loss, 1), std::span(&seed, 1), wrt, where);
}

}  // namespace heed

// The values of one region of a graph, computed again for its gradients.
#pragma once

#include <unordered_map>
#include <vector>

#include <heed/graph/graph.h>

namespace heed {

// Clones the ops of a region (Graph::Recompute) on demand. What the region reads from outside passes through
// after(x, event), where `event` is the first gradient that arrives at the region: so no clone can be merged
// with its original, nor run before the backward pass has come so far.
class Recomputation {
 public:
  Recomputation(Graph& graph, std::uint32_t region, Tensor event)
      : graph_(graph), region_(region), event_(event) {}

  // The value of `of`, which an op of the region reads or makes.
  Tensor value(OutputId of);

 private:
  bool is_inside(NodeId id) const;
  std::vector<NodeId> missing_for(NodeId id) const;  // ops to clone, in order
  Tensor entering(OutputId of);
  void clone(NodeId id);

  Graph& graph_;
  std::uint32_t region_;
  Tensor event_;
  std::unordered_map<NodeId, Tensors> clones_;
  std::unordered_map<std::uint64_t, Tensor> entered_;
};

}  // namespace heed

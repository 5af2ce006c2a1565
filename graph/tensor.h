// Tensor: a handle to a value that a graph will compute. It names a value; it holds none.
#pragma once

#include <cstdint>
#include <vector>

#include <heed/graph/shape.h>
#include <heed/graph/where.h>

namespace heed {

class Graph;

using NodeId = std::uint32_t;  // nodes are numbered in the order they were added

// One output of one node. Copy it freely. A default-constructed Tensor names nothing.
class Tensor {
 public:
  Tensor() = default;
  Tensor(Graph& graph, NodeId node, std::uint32_t output = 0)
      : graph_(&graph), node_(node), output_(output) {}

  const TensorType& type() const;
  const Shape& shape() const { return type().shape; }
  DType dtype() const { return type().dtype; }

  Graph& graph() const;  // throws Error for a tensor that names nothing
  NodeId node() const { return node_; }
  std::uint32_t output() const { return output_; }
  explicit operator bool() const { return graph_ != nullptr; }

  friend bool operator==(const Tensor& a, const Tensor& b) = default;

 private:
  Graph* graph_ = nullptr;
  NodeId node_ = 0;
  std::uint32_t output_ = 0;
};

using Tensors = std::vector<Tensor>;

}  // namespace heed

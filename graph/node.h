// Node: one op applied to outputs of earlier nodes. Plain data, never changed once it is in a graph.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <heed/graph/op.h>

namespace heed {

// Where a node comes from: the user's line, the name scope, and, for a node of a gradient, whose.
struct Origin {
  std::string scope;  // "encoder/layer2"
  Where where;
  std::string gradient_of;  // name of the forward op, empty for forward nodes
};

// The origins of a node: at least one. Copies share them, so that passes copy nodes cheaply.
class Origins {
 public:
  Origins() : list_(std::make_shared<const std::vector<Origin>>()) {}
  Origins(Origin only) : list_(std::make_shared<const std::vector<Origin>>(1, std::move(only))) {}

  const Origin& front() const { return list_->front(); }
  std::size_t size() const { return list_->size(); }
  auto begin() const { return list_->begin(); }
  auto end() const { return list_->end(); }

  // Adds those that are not among them. Of many, only lines that are new.
  void add(std::span<const Origin> more);
  operator std::span<const Origin>() const { return *list_; }

 private:
  std::shared_ptr<const std::vector<Origin>> list_;
};

struct OutputId {
  NodeId node = 0;
  std::uint32_t output = 0;
  friend bool operator==(const OutputId& a, const OutputId& b) = default;
};

struct Node {
  OpPtr op;
  std::vector<OutputId> inputs;  // always of earlier nodes
  std::vector<TensorType> outputs;
  std::string name;          // given by the user, or empty
  Origins origins;           // more than one after fusing or merging
  std::uint32_t region = 0;  // the innermost open Graph::Recompute when it was made; 0: none
};

}  // namespace heed

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
  std::string backend;      // where Graph::on() asks it to run; empty: wherever the rest does
};

// An immutable list. Copies share it, so that passes copy nodes cheaply.
template <typename T>
class SharedList {
 public:
  SharedList() = default;
  SharedList(T only) : list_(std::make_shared<const std::vector<T>>(1, std::move(only))) {}
  SharedList(std::vector<T> values) : list_(std::make_shared<const std::vector<T>>(std::move(values))) {}

  std::size_t size() const { return list_ ? list_->size() : 0; }
  bool empty() const { return size() == 0; }
  const T* data() const { return list_ ? list_->data() : nullptr; }
  const T* begin() const { return data(); }
  const T* end() const { return data() + size(); }
  const T& front() const { return (*list_)[0]; }
  const T& operator[](std::size_t i) const { return (*list_)[i]; }

  // Whether both are one list, not only equal ones.
  bool is(const SharedList& other) const { return list_ == other.list_; }

 private:
  std::shared_ptr<const std::vector<T>> list_;
};

// The origins of a node: at least one.
using Origins = SharedList<Origin>;

// Both lists' origins, each once. Of many, only lines that are new.
Origins merged(const Origins& origins, const Origins& more);

struct OutputId {
  NodeId node = 0;
  std::uint32_t output = 0;
  friend bool operator==(const OutputId& a, const OutputId& b) = default;
};

struct Node {
  OpPtr op;
  std::span<const OutputId> inputs;  // always of earlier nodes; in the graph's memory
  SharedList<TensorType> outputs;
  std::string name;          // given by the user, or empty
  Origins origins;           // more than one after fusing or merging
  std::uint32_t region = 0;  // the innermost open Graph::Recompute when it was made; 0: none
};

}  // namespace heed

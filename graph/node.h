// Node: one op applied to outputs of earlier nodes. Plain data, never changed once it is in a graph.
#pragma once

#include <cstdint>
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

struct OutputId {
  NodeId node = 0;
  std::uint32_t output = 0;
  friend bool operator==(const OutputId& a, const OutputId& b) = default;
};

struct Node {
  OpPtr op;
  std::vector<OutputId> inputs;  // always of earlier nodes
  std::vector<TensorType> outputs;
  std::string name;             // given by the user, or empty
  std::vector<Origin> origins;  // more than one after fusing or merging
};

}  // namespace heed

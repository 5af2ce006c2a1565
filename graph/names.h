// TensorNames: what each tensor of a graph is called, and which one a name means.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <heed/graph/graph.h>

namespace heed {

// The names of all tensors that a graph holds by now. A name is made of
//   the scope          encoder/0/self/            of a gradient's nodes encoder/0/self/gradient/
//   what it is called  weights                    an input, a variable, the name it was given, or else its op
//   :n                 matmul:1                   the n-th of that name in that scope, from 0
//   .i                 top_k:0.1                  which output, where an op has several
// Ops' names always have their :n, variables' names never, others where several are equal. So names are
// unique, the same program gives the same ones, and appending gradients changes none.
class TensorNames {
 public:
  explicit TensorNames(const Graph& graph);

  const std::string& of(OutputId id) const { return entries_[first_[id.node] + id.output].full; }

  // The name of a node's outputs without their .i; empty for a node without outputs.
  std::string_view of_node(NodeId id) const;

  // The tensor of this name. Leading scopes, :n and .i may be left out where one tensor alone remains. Throws
  // Error listing the candidates where several do, and the nearest names where none does; `list` says there
  // where all names can be seen.
  OutputId find(std::string_view name, std::string_view list = "to_text(graph)") const;

  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    OutputId id;
    std::string full;      // a/matmul:1.0
    std::size_t node = 0;  // how much of it names the node: a/matmul:1
    std::size_t stem = 0;  // and that without the number: a/matmul
  };

  void add(const Graph& graph, NodeId id, const std::string& stem, bool numbered);
  bool is_taken(const std::string& node, std::size_t outputs) const;
  std::vector<std::string> nearest(std::string_view name) const;
  static bool means(std::string_view name, const Entry& entry);

  std::vector<Entry> entries_;
  std::vector<std::size_t> first_;  // of each node, in entries_
  std::unordered_map<std::string, std::size_t> by_name_;
  std::unordered_set<std::string> variables_;
  std::unordered_map<std::string, std::size_t> next_number_;  // by stem
};

// The name of a node in its graph without scope and number: as an input, as a variable (with its scope), as
// it was given, or else as its op.
std::string label_of(const Node& node);

}  // namespace heed

// Placement: which backend runs which node. One is home: variables, fetches and fed values are there. Others
// take what a user places on them by Graph::on(), and what home has no kernel for.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <heed/backends/backend.h>
#include <heed/graph/error.h>
#include <heed/graph/node.h>

namespace heed {

// No backend that a graph may run on has a kernel for one of its ops.
class MissingKernel : public Error {
 public:
  using Error::Error;
};

class Placement {
 public:
  // Backends that are asked in this order; the first is home.
  explicit Placement(std::vector<std::shared_ptr<Backend>> backends);

  Backend& home() const { return *backends_.front(); }
  Backend& backend(int index) const { return *backends_[static_cast<std::size_t>(index)]; }
  std::size_t size() const { return backends_.size(); }

  // Where a node should run: 0, home, unless its user asked for another. Throws Error, listing the backends
  // that there are, for an unknown one.
  int wanted(const Node& node) const;

  struct Choice {
    int backend = 0;
    std::string why;  // empty at home
  };
  // Where a node on operands of these types runs: where it should if that backend claims it, else on the
  // first that does. nullopt: nowhere.
  std::optional<Choice> choose(const Node& node, Types inputs) const;

 private:
  std::vector<std::shared_ptr<Backend>> backends_;
};

}  // namespace heed

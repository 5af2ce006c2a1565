#include <fmt/format.h>
#include <fmt/ranges.h>

#include <heed/backends/placement.h>
#include <heed/graph/error.h>
#include <heed/graph/graph.h>

namespace heed {

Placement::Placement(std::vector<std::shared_ptr<Backend>> backends) : backends_(std::move(backends)) {}

int Placement::wanted(const Node& node) const {
  const Origin& origin = node.origins.front();
  if (origin.backend.empty()) return 0;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < backends_.size(); ++i) {
    names.push_back(backends_[i]->name());
    if (names.back() == origin.backend) return static_cast<int>(i);
  }
  throw Error(
      fmt::format("compile: {} is to run on {}, but the variables know {} only: add it by also_on()\n  at {}",
                  node.op->name(), origin.backend, fmt::join(names, ", "), describe(origin.where)));
}

std::optional<Placement::Choice> Placement::choose(const Node& node, Types inputs) const {
  const int first = wanted(node);
  if (backend(first).claims(*node.op, inputs, node.outputs))
    return Choice{first, first == 0 ? "" : fmt::format("on {}, as asked", backend(first).name())};
  for (std::size_t i = 0; i < backends_.size(); ++i) {
    if (!backends_[i]->claims(*node.op, inputs, node.outputs)) continue;
    return Choice{static_cast<int>(i),
                  fmt::format("on {}: {} has no kernel for it", backends_[i]->name(), backend(first).name())};
  }
  return std::nullopt;
}

}  // namespace heed

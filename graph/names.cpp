#include <algorithm>
#include <array>
#include <numeric>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <heed/graph/names.h>
#include <heed/graph/sources.h>

namespace heed {

std::string label_of(const Node& node) {
  if (const auto* variable = dynamic_cast<const VariableRead*>(node.op.get())) return variable->variable;
  if (const auto* input = dynamic_cast<const Input*>(node.op.get())) return input->label;
  return node.name.empty() ? std::string(node.op->name()) : node.name;
}

namespace {

bool is_variable(const Node& node) {
  return dynamic_cast<const VariableRead*>(node.op.get()) != nullptr;
}

bool is_called_by_its_op(const Node& node) {
  return !is_variable(node) && !dynamic_cast<const Input*>(node.op.get()) && node.name.empty();
}

std::string stem_of(const Node& node) {
  std::string label = label_of(node);
  if (is_variable(node)) return label;  // its scope is part of it
  const Origin& origin = node.origins.front();
  if (!origin.gradient_of.empty()) label = "gradient/" + label;
  return origin.scope.empty() ? label : origin.scope + "/" + label;
}

}  // namespace

TensorNames::TensorNames(const Graph& graph) {
  std::vector<std::string> stems;
  std::unordered_map<std::string, std::size_t> nodes_of;  // by stem
  stems.reserve(graph.size());
  for (const Node& node : graph.nodes()) {
    stems.push_back(stem_of(node));
    if (is_variable(node)) {
      variables_.insert(stems.back());
    } else if (!node.outputs.empty()) {
      ++nodes_of[stems.back()];
    }
  }
  for (NodeId id = 0; id < graph.size(); ++id) {
    const bool numbered = is_called_by_its_op(graph.node(id)) || nodes_of[stems[id]] > 1;
    add(graph, id, stems[id], numbered);
  }
}

std::string_view TensorNames::of_node(NodeId id) const {
  const std::size_t end = id + 1 < first_.size() ? first_[id + 1] : entries_.size();
  if (first_[id] == end) return {};
  const Entry& entry = entries_[first_[id]];
  return std::string_view(entry.full).substr(0, entry.node);
}

namespace {

std::string output_name(const std::string& node, std::size_t output, std::size_t outputs) {
  return outputs > 1 ? fmt::format("{}.{}", node, output) : node;
}

}  // namespace

// Variables have their names before all others: checkpoints use them, too.
bool TensorNames::is_taken(const std::string& node, std::size_t outputs) const {
  for (std::size_t i = 0; i < outputs; ++i) {
    const std::string name = output_name(node, i, outputs);
    if (by_name_.contains(name) || variables_.contains(name)) return true;
  }
  return false;
}

void TensorNames::add(const Graph& graph, NodeId id, const std::string& stem, bool numbered) {
  const std::size_t outputs = graph.node(id).outputs.size();
  first_.push_back(entries_.size());
  if (outputs == 0) return;
  std::string node = stem;
  const bool keeps_its_name = is_variable(graph.node(id));
  while (!keeps_its_name && (numbered || is_taken(node, outputs))) {
    node = fmt::format("{}:{}", stem, next_number_[stem]++);
    numbered = false;
  }
  for (std::uint32_t i = 0; i < outputs; ++i) {
    const std::string full = output_name(node, i, outputs);
    by_name_.emplace(full, entries_.size());
    entries_.push_back({{id, i}, full, node.size(), stem.size()});
  }
}

namespace {

bool is_end(std::string_view name, std::string_view of) {
  if (!of.ends_with(name)) return false;
  return of.size() == name.size() || of[of.size() - name.size() - 1] == '/';
}

}  // namespace

bool TensorNames::means(std::string_view name, const Entry& entry) {
  const std::string_view full = entry.full;
  if (is_end(name, full) || is_end(name, full.substr(0, entry.node))) return true;
  if (is_end(name, full.substr(0, entry.stem))) return true;
  // "a/top_k.1": the number is left out, the output is not.
  const std::string_view output = full.substr(entry.node);
  return !output.empty() && name.ends_with(output) &&
         is_end(name.substr(0, name.size() - output.size()), full.substr(0, entry.stem));
}

namespace {

constexpr std::size_t most_candidates = 12;

std::string listed(const std::vector<std::string>& names) {
  if (names.size() <= most_candidates) return fmt::format("{}", fmt::join(names, ", "));
  const std::span shown(names.data(), most_candidates);
  return fmt::format("{} and {} more", fmt::join(shown, ", "), names.size() - most_candidates);
}

}  // namespace

OutputId TensorNames::find(std::string_view name, std::string_view list) const {
  if (const auto found = by_name_.find(std::string(name)); found != by_name_.end())
    return entries_[found->second].id;
  std::vector<std::string> candidates;
  OutputId id;
  for (const Entry& entry : entries_) {
    if (name.empty() || !means(name, entry)) continue;
    candidates.push_back(entry.full);
    id = entry.id;
  }
  if (candidates.size() == 1) return id;
  if (candidates.empty()) {
    const std::vector<std::string> near = nearest(name);
    throw Error(fmt::format("no tensor is called \"{}\"; {}{}{} lists all {}", name,
                            near.empty() ? "" : "nearest: ", fmt::join(near, ", "),
                            near.empty() ? list : fmt::format("; {}", list), size()));
  }
  throw Error(
      fmt::format("\"{}\" could be any of {} tensors: {}", name, candidates.size(), listed(candidates)));
}

namespace {

// Levenshtein 1966: how many characters must be inserted, removed or replaced.
std::size_t edits(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < to.size(); ++j) {
      const std::size_t replaced = diagonal + (from[i] != to[j]);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

// The last parts of a path, as many as `name` has.
std::string_view tail_like(std::string_view name, std::string_view path) {
  auto parts = std::count(name.begin(), name.end(), '/') + 1;
  for (std::size_t at = path.size(); at-- > 0;) {
    if (path[at] == '/' && --parts == 0) return path.substr(at + 1);
  }
  return path;
}

}  // namespace

std::vector<std::string> TensorNames::nearest(std::string_view name) const {
  constexpr std::size_t most = 5;
  if (name.empty()) return {};
  const std::size_t farthest = std::min(name.size() / 3 + 1, name.size() - 1);
  const auto distance = [&](std::string_view form) {
    const std::string_view tail = tail_like(name, form);
    const std::size_t longer = std::max(tail.size(), name.size()),
                      shorter = std::min(tail.size(), name.size());
    return longer - shorter > farthest ? longer : edits(name, tail);
  };
  std::vector<std::pair<std::size_t, std::size_t>> found;  // distance, entry
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const std::string_view full = entries_[i].full;
    const std::size_t best = std::min({distance(full), distance(full.substr(0, entries_[i].node)),
                                       distance(full.substr(0, entries_[i].stem))});
    if (best <= farthest) found.emplace_back(best, i);
  }
  std::sort(found.begin(), found.end());
  if (found.size() > most) found.resize(most);
  std::vector<std::string> names;
  for (const auto& [_, entry] : found) names.push_back(entries_[entry].full);
  return names;
}

}  // namespace heed

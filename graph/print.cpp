#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <heed/graph/names.h>
#include <heed/graph/print.h>
#include <heed/graph/sources.h>

namespace heed {

namespace {

std::string short_file(const Where& where) {
  const std::string_view path = where.file;
  const auto slash = path.rfind('/');
  return fmt::format("{}:{}", slash == std::string_view::npos ? path : path.substr(slash + 1), where.line);
}

std::string reference(const Graph& graph, OutputId id) {
  if (graph.node(id.node).outputs.size() <= 1) return fmt::format("%{}", id.node);
  return fmt::format("%{}.{}", id.node, id.output);
}

// Where a node comes from; the name stands in the place of the first scope, which is part of it.
std::string origin_text(const Node& node, std::string_view name) {
  std::string text;
  for (const Origin& origin : node.origins) {
    const bool first = text.empty();
    if (!first) text += "; ";
    if (!origin.gradient_of.empty()) text += "gradient of " + origin.gradient_of + " ";
    const std::string_view place = first && !name.empty() ? name : std::string_view(origin.scope);
    if (!place.empty()) text += fmt::format("{} ", place);
    text += short_file(origin.where);
  }
  return text;
}

std::string types_text(const Node& node) {
  std::vector<std::string> types;
  for (const TensorType& type : node.outputs) types.push_back(to_string(type));
  return fmt::format("{}", fmt::join(types, ", "));
}

}  // namespace

std::string to_text(const Graph& graph) {
  const TensorNames names(graph);
  std::string text;
  for (NodeId id = 0; id < graph.size(); ++id) {
    const Node& node = graph.node(id);
    std::vector<std::string> arguments;
    for (const OutputId input : node.inputs) arguments.push_back(reference(graph, input));
    if (const auto attributes = node.op->attributes(); !attributes.empty()) {
      arguments.push_back(to_string(attributes));
    }
    text += fmt::format("%{} = {}({}) {}  # {}\n", id, node.op->name(), fmt::join(arguments, ", "),
                        types_text(node), origin_text(node, names.of_node(id)));
  }
  return text;
}

std::string to_json(const Graph& graph) {
  using nlohmann::json;
  const TensorNames names(graph);
  json nodes = json::array();
  for (NodeId id = 0; id < graph.size(); ++id) {
    const Node& node = graph.node(id);
    json entry{{"id", id}, {"op", node.op->name()}};
    if (!node.name.empty()) entry["name"] = node.name;
    for (const Attribute& attribute : node.op->attributes()) {
      std::visit([&](const auto& value) { entry["attributes"][attribute.name] = value; }, attribute.value);
    }
    entry["inputs"] = json::array();
    for (const OutputId input : node.inputs)
      entry["inputs"].push_back({{"node", input.node}, {"output", input.output}});
    entry["outputs"] = json::array();
    for (std::uint32_t i = 0; i < node.outputs.size(); ++i) {
      const TensorType& type = node.outputs[i];
      entry["outputs"].push_back(
          {{"name", names.of({id, i})}, {"dtype", name_of(type.dtype)}, {"shape", type.shape.sizes()}});
    }
    for (const Origin& origin : node.origins) {
      json where{{"file", origin.where.file}, {"line", origin.where.line}, {"scope", origin.scope}};
      if (!origin.gradient_of.empty()) where["gradient_of"] = origin.gradient_of;
      entry["origins"].push_back(where);
    }
    nodes.push_back(std::move(entry));
  }
  return json{{"nodes", std::move(nodes)}}.dump(1);
}

namespace {

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result;
}

std::string dot_label(const Node& node) {
  if (const auto* input = dynamic_cast<const Input*>(node.op.get())) {
    return escaped(input->label) + "\\n" + to_string(input->type);
  }
  if (const auto* variable = dynamic_cast<const VariableRead*>(node.op.get())) {
    return escaped(variable->variable) + "\\n" + to_string(variable->type);
  }
  return fmt::format("{}{}\\n{}", node.name.empty() ? "" : escaped(node.name) + ": ", node.op->name(),
                     types_text(node));
}

std::string dot_style(const Node& node) {
  if (node.op->name() == "input") return "shape=ellipse, style=filled, fillcolor=\"#dbeafe\"";
  if (node.op->name() == "variable") return "shape=box, style=\"filled,rounded\", fillcolor=\"#fef3c7\"";
  if (node.op->name() == "assign") return "shape=box, style=\"filled,rounded\", fillcolor=\"#fde68a\"";
  if (!node.origins.front().gradient_of.empty()) return "shape=box, style=filled, fillcolor=\"#fee2e2\"";
  return "shape=box, style=filled, fillcolor=\"#f3f4f6\"";
}

}  // namespace

std::string to_dot(const Graph& graph) {
  std::map<std::string, std::string> by_scope;
  std::string edges;
  for (NodeId id = 0; id < graph.size(); ++id) {
    const Node& node = graph.node(id);
    by_scope[node.origins.front().scope] +=
        fmt::format("    n{} [label=\"{}\", {}];\n", id, dot_label(node), dot_style(node));
    for (const OutputId input : node.inputs) edges += fmt::format("  n{} -> n{};\n", input.node, id);
  }
  std::string text = "digraph heed {\n  rankdir=TB;\n  node [fontname=\"sans-serif\", fontsize=10];\n";
  int cluster = 0;
  for (const auto& [scope, nodes] : by_scope) {
    if (scope.empty()) {
      text += nodes;
      continue;
    }
    text += fmt::format("  subgraph cluster_{} {{\n    label=\"{}\"; color=\"#9ca3af\";\n{}  }}\n", cluster++,
                        escaped(scope), nodes);
  }
  return text + edges + "}\n";
}

}  // namespace heed

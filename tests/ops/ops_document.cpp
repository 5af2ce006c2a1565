#include "ops_document.h"

#include <functional>
#include <map>
#include <typeindex>

#include "op_cases.h"
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <heed/autodiff/gradients.h>
#include <heed/backends/executable.h>
#include <heed/graph/sources.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/random.h>
#include <heed/ops/reduce.h>
#include <heed/ops/views.h>
#ifdef HEED_HAS_VULKAN
#include <heed/backends/vulkan/kernels.h>
#endif

namespace heed::test {

namespace {

// A backend, and what it runs natively.
struct Claimer {
  std::string name;
  std::function<bool(const Op& op, Types inputs, Types outputs)> claims;
};

std::vector<Claimer> claimers() {
  std::vector<Claimer> all;
  for (const char* name : {"onednn", "reference"}) {
    const auto backend = open_backend(name);
    all.push_back({name, [backend](const Op& op, Types inputs, Types outputs) {
                     return backend->claims(op, inputs, outputs);
                   }});
  }
#ifdef HEED_HAS_VULKAN
  all.push_back({"vulkan", vulkan::claims});  // the same on every device, so that none is needed
#endif
  return all;
}

// One line of the table: an op's C++ type, as the rows use it.
struct Entry {
  std::string name, kind, signature, gradient, example;
  std::map<std::string, std::pair<int, int>> claims;  // backend -> instances claimed, instances in all
};

bool is_listed(const Op& op) {
  return !dynamic_cast<const Input*>(&op) && !dynamic_cast<const Constant*>(&op) &&
         !dynamic_cast<const VariableRead*>(&op) && !dynamic_cast<const Assign*>(&op) &&
         !dynamic_cast<const RandomKey*>(&op);
}

std::string name_in_table(const Op& op) {
  if (dynamic_cast<const Elementwise*>(&op)) return "elementwise";
  if (const auto* reduction = dynamic_cast<const Reduce*>(&op)) return std::string(reduction->name());
  return std::string(op.name());
}

std::string kind_of(const Op& op) {
  if (dynamic_cast<const ViewOp*>(&op)) return "view";
  return op.is_composite() ? "composite" : "primitive";
}

std::string types_of(std::span<const TensorType> types) {
  std::vector<std::string> texts;
  for (const TensorType& type : types) texts.push_back(to_string(type));
  return fmt::format("{}", fmt::join(texts, ", "));
}

std::vector<TensorType> input_types(const Graph& graph, const Node& node) {
  std::vector<TensorType> types;
  for (const OutputId input : node.inputs) types.push_back(graph.node(input.node).outputs[input.output]);
  return types;
}

std::string signature_of(const Op& op, std::size_t inputs) {
  std::vector<std::string> names;
  for (const std::string_view name : op.input_names()) names.emplace_back(name);
  if (names.empty() && inputs == 1) names.emplace_back("x");
  if (names.empty() && inputs > 1) names.emplace_back("x, ...");
  return fmt::format("({})", fmt::join(names, ", "));
}

// Asks the op itself, for a gradient of its first output.
std::string gradient_of(Graph& graph, NodeId id) {
  const Node node = graph.node(id);  // a copy: the rule appends to the graph
  const Tensor output(graph, id);
  if (node.inputs.empty() || !is_floating(output.dtype())) return "nothing flows";
  Tensors inputs, outputs;
  for (const OutputId input : node.inputs) inputs.push_back(graph.tensor(input));
  for (std::uint32_t i = 0; i < node.outputs.size(); ++i) outputs.emplace_back(graph, id, i);
  std::vector<std::optional<Tensor>> arriving(outputs.size());
  arriving[0] = zeros_like(output);
  const auto gradients = node.op->gradient({inputs, outputs}, arriving);
  if (!gradients) return node.op->is_composite() ? "through its expansion" : "none: an error";
  for (const auto& gradient : *gradients) {
    if (gradient) return "its own";
  }
  return "nothing flows";
}

void note(Entry& entry, Graph& graph, NodeId id, const std::vector<Claimer>& backends) {
  const Node& node = graph.node(id);
  const std::vector<TensorType> inputs = input_types(graph, node);
  if (entry.name.empty()) {
    entry.name = name_in_table(*node.op);
    entry.kind = kind_of(*node.op);
    entry.signature = signature_of(*node.op, inputs.size());
    entry.example = fmt::format("{} -> {}", types_of(inputs), types_of(node.outputs));
  }
  for (const Claimer& backend : backends) {
    auto& [claimed, all] = entry.claims[backend.name];
    claimed += backend.claims(*node.op, inputs, node.outputs);
    ++all;
  }
  // "Nothing flows" may be due to this instance's types; others may know more.
  if (entry.gradient.empty() || entry.gradient == "nothing flows") entry.gradient = gradient_of(graph, id);
}

std::string claim_of(const Entry& entry, const std::string& backend) {
  const auto [claimed, all] = entry.claims.at(backend);
  if (entry.kind == "view") return "view";
  if (claimed == all) return "kernel";
  return claimed > 0 ? "kernel or expansion" : "expansion";
}

// A row's graph in float32, with the gradients of its sum.
void build(const OpCase& row, Graph& graph) {
  Tensors inputs, reals;
  for (std::size_t i = 0; i < row.inputs.size(); ++i) {
    const CaseInput& input = row.inputs[i];
    const DType dtype = input.index_type == DType::f64 ? DType::f32 : input.index_type;
    inputs.push_back(graph.input(fmt::format("x{}", i), dtype, input.shape));
    if (dtype == DType::f32) reals.push_back(inputs.back());
  }
  const Tensor result = row.build(inputs);
  if (row.differentiable) gradients(sum(result), reals);
}

std::vector<Entry> entries(const std::vector<Claimer>& backends) {
  std::map<std::string, Entry> by_name;
  for (const OpCase& row : op_cases()) {
    Graph graph;
    build(row, graph);
    const auto count = static_cast<NodeId>(graph.size());
    for (NodeId id = 0; id < count; ++id) {
      const Op& op = *graph.node(id).op;
      if (is_listed(op)) note(by_name[name_in_table(op)], graph, id, backends);
    }
  }
  std::vector<Entry> all;
  for (auto& [name, entry] : by_name) all.push_back(std::move(entry));
  return all;
}

// Whether any operand of a floating-point instruction has a derivative.
bool has_derivative(ScalarOp op) {
  if (operand_count(op) == 0) return false;
  ScalarBuilder builder;
  std::array<Register, 3> operands{};
  for (int i = 0; i < operand_count(op); ++i) {
    const bool condition = op == ScalarOp::select && i == 0;
    operands[static_cast<std::size_t>(i)] = builder.input(condition ? DType::boolean : DType::f32);
  }
  const Register result = op == ScalarOp::convert ? builder.emit(op, DType::f64, operands[0])
                                                  : builder.emit(op, operands[0], operands[1], operands[2]);
  for (const auto& gradient : differentiate(builder.finish({result}), {true}).results) {
    if (gradient) return true;
  }
  return false;
}

std::string instructions(bool with_derivative) {
  std::vector<std::string> names;
  for (int i = 0; i <= static_cast<int>(ScalarOp::convert); ++i) {
    const auto op = static_cast<ScalarOp>(i);
    if (has_derivative(op) == with_derivative) names.push_back(fmt::format("`{}`", name_of(op)));
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

std::string ops_document() {
  const std::vector<Claimer> backends = claimers();
  std::string text =
      "# The ops\n\n"
      "This page is written by `scripts/ops-doc`, from the op table in `tests/ops` and the backends' kernel "
      "tables; a test holds it current.\n\n"
      "A *primitive* is what every backend runs. A *view* computes nothing. A *composite* has a kernel where "
      "a backend claims it, and is expanded into other ops where not; \"kernel or expansion\" means that the "
      "backend claims it for some types or attributes only. Functions that only put ops together (`gelu`, "
      "`take_along_axis`, `gru_cell` ...) are in the headers of `ops/`.\n\n";
  text += "| op | inputs | kind | gradient |";
  for (const Claimer& backend : backends) text += fmt::format(" {} |", backend.name);
  text += " for example |\n| --- | --- | --- | --- |";
  for (std::size_t i = 0; i < backends.size(); ++i) text += " --- |";
  text += " --- |\n";
  for (const Entry& entry : entries(backends)) {
    text += fmt::format("| `{}` | {} | {} | {} |", entry.name, entry.signature, entry.kind, entry.gradient);
    for (const Claimer& backend : backends) text += fmt::format(" {} |", claim_of(entry, backend.name));
    text += fmt::format(" {} |\n", entry.example);
  }
  text += fmt::format(
      "\n## Scalar instructions\n\nAn `elementwise` op holds a program of these. With a derivative, for "
      "floating-point numbers: {}.\nWithout: {}.\n",
      instructions(true), instructions(false));
  return text;
}

}  // namespace heed::test

#include <algorithm>

#include <fmt/format.h>

#include <heed/graph/error.h>
#include <heed/graph/graph.h>
#include <heed/graph/sources.h>

namespace heed {

Attributes Input::attributes() const {
  return {{"name", label}, {"type", to_string(type)}};
}

Attributes Constant::attributes() const {
  constexpr std::int64_t shown = 4;
  std::string text = to_string(values->type()) + " {";
  for (std::int64_t i = 0; i < std::min(values->elements(), shown); ++i) {
    text += fmt::format("{}{}", i ? ", " : "", values->number(i));
  }
  return {{"values", text + (values->elements() > shown ? ", ...}" : "}")}};
}

bool Constant::same_as(const Op& other) const {
  const auto* constant = dynamic_cast<const Constant*>(&other);
  return constant && (constant->values == values || *constant->values == *values);
}

Attributes VariableRead::attributes() const {
  return {{"name", variable}, {"type", to_string(type)}, {"initializer", to_string(initializer)}};
}

// The attributes show only the type of initial values that are given as an array.
bool VariableRead::same_as(const Op& other) const {
  const auto* read = dynamic_cast<const VariableRead*>(&other);
  return read && read->variable == variable && read->type == type && read->initializer == initializer;
}

const std::string& variable_name(const Tensor& read) {
  const auto* op = dynamic_cast<const VariableRead*>(read.graph().node(read.node()).op.get());
  if (!op) throw Error(describe(read) + " is no variable");
  return op->variable;
}

Attributes Assign::attributes() const {
  return {{"name", variable}};
}

std::vector<TensorType> Assign::infer(Types inputs) const {
  if (inputs[1] == type) return {};
  throw ShapeError(fmt::format("variable {} is {}, but {} is assigned to it", variable, to_string(type),
                               to_string(inputs[1])));
}

}  // namespace heed

// The ops that connect a graph to the world: fed inputs, constants, variables and their assignment.
#pragma once

#include <memory>
#include <string>

#include <heed/graph/array.h>
#include <heed/graph/initializer.h>
#include <heed/graph/op.h>
#include <heed/graph/tensor.h>

namespace heed {

// A value fed anew for each run.
struct Input final : Op {
  Input(std::string label, TensorType type) : label(std::move(label)), type(type) {}
  std::string_view name() const override { return "input"; }
  Attributes attributes() const override;
  std::vector<TensorType> infer(Types) const override { return {type}; }

  std::string label;
  TensorType type;
};

struct Constant final : Op {
  explicit Constant(Array values) : values(std::make_shared<const Array>(std::move(values))) {}
  std::string_view name() const override { return "constant"; }
  Attributes attributes() const override;  // small values are shown, large ones only described
  std::vector<TensorType> infer(Types) const override { return {values->type()}; }
  bool same_as(const Op& other) const override;

  std::shared_ptr<const Array> values;
};

// The value a variable had before the run, whatever is assigned in the run.
struct VariableRead final : Op {
  VariableRead(std::string variable, TensorType type, Initializer initializer)
      : variable(std::move(variable)), type(type), initializer(std::move(initializer)) {}
  std::string_view name() const override { return "variable"; }
  Attributes attributes() const override;
  std::vector<TensorType> infer(Types) const override { return {type}; }
  bool same_as(const Op& other) const override;

  std::string variable;  // full scoped name: the variable's identity
  TensorType type;
  Initializer initializer;
};

// The full name of the variable that `read` is the value of. Throws Error when it is another tensor.
const std::string& variable_name(const Tensor& read);

// Gives a variable its value for after the run. Inputs: the variable's read, and the value. No outputs.
struct Assign final : Op {
  Assign(std::string variable, TensorType type) : variable(std::move(variable)), type(type) {}
  std::string_view name() const override { return "assign"; }
  Attributes attributes() const override;
  std::vector<std::string_view> input_names() const override { return {"variable", "value"}; }
  std::vector<TensorType> infer(Types inputs) const override;

  std::string variable;
  TensorType type;
};

}  // namespace heed

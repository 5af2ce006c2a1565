// Op: what one operation means, on any hardware. Knows nothing of devices, memory or other ops.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <heed/graph/tensor.h>

namespace heed {

// One named property of an op, for printing, comparing and saving.
using AttributeValue = std::variant<bool, std::int64_t, double, std::string, std::vector<std::int64_t>>;
struct Attribute {
  std::string name;
  AttributeValue value;
  friend bool operator==(const Attribute& a, const Attribute& b) = default;
};
using Attributes = std::vector<Attribute>;
std::string to_string(const Attributes& attributes);  // "axis=1, keep=true"

using Types = std::span<const TensorType>;

// An op together with the tensors it was applied to and produced.
struct Applied {
  std::span<const Tensor> inputs;
  std::span<const Tensor> outputs;
};

// One entry for each input: its gradient, or nothing where nothing flows.
using Gradients = std::vector<std::optional<Tensor>>;

class Op {
 public:
  virtual ~Op() = default;

  virtual std::string_view name() const = 0;
  virtual Attributes attributes() const { return {}; }

  // What the inputs are called in messages, in order. Inputs beyond the list are numbered.
  virtual std::vector<std::string_view> input_names() const { return {}; }

  // The types of the outputs. Throws ShapeError with the reason alone; the graph adds who and where.
  virtual std::vector<TensorType> infer(Types inputs) const = 0;

  // Whether the op is defined by other ops. A backend may still run it natively ("claim" it).
  virtual bool is_composite() const { return false; }

  // The same meaning in terms of other ops, one tensor for each output. Only for composites.
  virtual Tensors expand(std::span<const Tensor> inputs) const;

  // Gradients of the inputs, as new nodes, from those of the outputs (absent where nothing arrived).
  // nullopt: the op has no rule of its own; a composite is then differentiated through its expansion,
  // and for a primitive it is an error.
  virtual std::optional<Gradients> gradient(const Applied& forward,
                                            std::span<const std::optional<Tensor>> outputs) const;

  // Whether a kernel may write `output` over `input` when nothing else needs the input's value. Holds
  // only where every element of the input is read before the same place of the output is written.
  virtual bool may_overwrite(std::size_t output, std::size_t input) const;

  // Floating-point operations of one application: by default one for each element of the outputs, none where
  // these are integers. A composite's are counted in its expansion instead.
  virtual double flops(Types inputs, Types outputs) const;

  // Whether both compute the same from the same inputs. Attributes decide unless overridden.
  virtual bool same_as(const Op& other) const;
  virtual std::size_t hash() const;
};

using OpPtr = std::shared_ptr<const Op>;

}  // namespace heed

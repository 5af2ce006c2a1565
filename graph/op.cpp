#include <fmt/format.h>
#include <fmt/ranges.h>

#include <heed/graph/error.h>
#include <heed/graph/op.h>

namespace heed {

namespace {

struct PrintAttribute {
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(std::int64_t value) const { return fmt::format("{}", value); }
  std::string operator()(double value) const { return fmt::format("{}", value); }
  std::string operator()(const std::string& value) const { return value; }
  std::string operator()(const std::vector<std::int64_t>& value) const {
    return fmt::format("[{}]", fmt::join(value, ", "));
  }
};

}  // namespace

std::string to_string(const Attributes& attributes) {
  std::string text;
  for (const Attribute& attribute : attributes) {
    if (!text.empty()) text += ", ";
    text += attribute.name + "=" + std::visit(PrintAttribute{}, attribute.value);
  }
  return text;
}

Tensors Op::expand(std::span<const Tensor>) const {
  throw InternalError(fmt::format("{} is a primitive and has no expansion", name()));
}

std::optional<Gradients> Op::gradient(const Applied&, std::span<const std::optional<Tensor>>) const {
  return {};
}

bool Op::may_overwrite(std::size_t, std::size_t) const {
  return false;
}

double Op::flops(Types, Types outputs) const {
  double count = 0;
  for (const TensorType& output : outputs) {
    if (is_floating(output.dtype)) count += static_cast<double>(output.shape.elements());
  }
  return count;
}

bool Op::same_as(const Op& other) const {
  return name() == other.name() && attributes() == other.attributes();
}

std::size_t Op::hash() const {
  return std::hash<std::string>{}(fmt::format("{}({})", name(), to_string(attributes())));
}

}  // namespace heed

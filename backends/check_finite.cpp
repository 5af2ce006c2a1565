#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include <heed/backends/check_finite.h>
#include <heed/graph/sources.h>

namespace heed {

namespace {

// The exponent and mantissa bits of a floating type.
struct Format {
  std::uint64_t exponent, mantissa;
};

Format format_of(DType dtype) {
  switch (dtype) {
    case DType::f64:
      return {0x7ff0000000000000, 0x000fffffffffffff};
    case DType::f32:
      return {0x7f800000, 0x007fffff};
    case DType::bf16:
      return {0x7f80, 0x007f};
    case DType::f16:
      return {0x7c00, 0x03ff};
    default:
      return {0, 0};
  }
}

// Calls `visit` with the place of every element, in elements from the first.
template <typename Visit>
void for_each_place(const TensorLayout& layout, int axis, std::int64_t place, const Visit& visit) {
  if (axis == layout.type.shape.rank()) return visit(place);
  const std::int64_t size = layout.type.shape[axis];
  const std::int64_t stride = layout.strides[static_cast<std::size_t>(axis)];
  for (std::int64_t i = 0; i < (stride == 0 ? std::min<std::int64_t>(size, 1) : size); ++i)
    for_each_place(layout, axis + 1, place + i * stride, visit);
}

std::int64_t places(const TensorLayout& layout) {
  if (layout.type.shape.elements() == 0) return 0;
  std::int64_t last = 0;
  for (int axis = 0; axis < layout.type.shape.rank(); ++axis)
    last += (layout.type.shape[axis] - 1) * layout.strides[static_cast<std::size_t>(axis)];
  return last + 1;
}

std::string place_of(const Origin& origin) {
  return origin.scope.empty() ? "" : " in " + origin.scope;
}

}  // namespace

FiniteCheck::FiniteCheck(const Plan& plan, Read read)
    : plan_(plan), read_(std::move(read)), steps_(plan.steps.size()) {
  for (std::size_t s = 0; s < steps_.size(); ++s) {
    steps_[s].inputs.resize(plan.steps[s].inputs.size());
    steps_[s].outputs.resize(plan.steps[s].outputs.size());
  }
}

FiniteCheck::Found FiniteCheck::look_at(int tensor) {
  if (tensor == nothing) return finite;
  const TensorLayout& layout = plan_.tensors[static_cast<std::size_t>(tensor)].layout;
  const DType dtype = layout.type.dtype;
  if (!is_floating(dtype)) return finite;
  const std::size_t width = size_of(dtype);
  buffer_.resize(static_cast<std::size_t>(places(layout)) * width);
  read_(tensor, buffer_);
  if (buffer_.empty()) return finite;
  const Format format = format_of(dtype);
  Found found = finite;
  for_each_place(layout, 0, 0, [&](std::int64_t place) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, buffer_.data() + static_cast<std::size_t>(place) * width, width);
    if ((bits & format.exponent) != format.exponent) return;
    found = std::max(found, (bits & format.mantissa) != 0 ? nan : infinity);
  });
  return found;
}

void FiniteCheck::before_step(std::size_t step) {
  for (std::size_t i = 0; i < steps_[step].inputs.size(); ++i)
    steps_[step].inputs[i] = look_at(plan_.steps[step].inputs[i]);
}

void FiniteCheck::after_step(std::size_t step) {
  for (std::size_t i = 0; i < steps_[step].outputs.size(); ++i)
    steps_[step].outputs[i] = look_at(plan_.steps[step].outputs[i]);
}

void FiniteCheck::end_run() {
  for (const int fetch : plan_.fetches) {
    if (const Found found = look_at(fetch); found != finite)
      trace(fetch, static_cast<int>(plan_.steps.size()), found);
  }
  for (std::size_t s = 0; s < steps_.size(); ++s) {
    for (std::size_t o = 0; o < steps_[s].outputs.size(); ++o) {
      const int output = plan_.steps[s].outputs[o];
      if (steps_[s].outputs[o] == finite || storage_of(output).kind != Storage::Kind::variable) continue;
      trace(output, static_cast<int>(s) + 1, steps_[s].outputs[o]);
    }
  }
}

const Storage& FiniteCheck::storage_of(int tensor) const {
  const int storage = plan_.tensors[static_cast<std::size_t>(tensor)].storage;
  return plan_.storages[static_cast<std::size_t>(storage)];
}

// The last step before `step` that wrote where `tensor` lies; -1: none, it was there before the run.
int FiniteCheck::writer_before(int tensor, int step) const {
  const int storage = plan_.tensors[static_cast<std::size_t>(tensor)].storage;
  for (int s = step - 1; s >= 0; --s) {
    for (const int output : plan_.steps[static_cast<std::size_t>(s)].outputs) {
      if (output != nothing && plan_.tensors[static_cast<std::size_t>(output)].storage == storage) return s;
    }
  }
  return -1;
}

// From a value that is not finite back to the step whose operands were, a NaN rather than an infinity.
void FiniteCheck::trace(int tensor, int before, Found found) const {
  for (;;) {
    const int step = writer_before(tensor, before);
    if (step < 0) report_source(tensor, found);
    const StepState& state = steps_[static_cast<std::size_t>(step)];
    const auto worst = std::ranges::max_element(state.inputs);
    if (worst == state.inputs.end() || *worst == finite) report(step);
    tensor = plan_.steps[static_cast<std::size_t>(step)]
                 .inputs[static_cast<std::size_t>(worst - state.inputs.begin())];
    found = *worst;
    before = step;
  }
}

std::string FiniteCheck::name_of(Found found) {
  return found == nan ? "a NaN" : "an infinity";
}

void FiniteCheck::report(int index) const {
  const Step& step = plan_.steps[static_cast<std::size_t>(index)];
  const Node& node = plan_.graph->node(step.node);
  const Origin& origin = node.origins.front();
  const StepState& state = steps_[static_cast<std::size_t>(index)];
  const Found found = *std::ranges::max_element(state.outputs);
  const std::string direction =
      origin.gradient_of.empty() ? "" : fmt::format(", in the gradient of {}", origin.gradient_of);
  std::string operands;
  for (const int input : step.inputs) {
    const TensorLayout& layout = plan_.tensors[static_cast<std::size_t>(input)].layout;
    operands += (operands.empty() ? "" : ", ") + to_string(layout.type);
  }
  throw NonFiniteError(fmt::format(
      "run: {} first came up in {}({}){}{}, from operands that are finite\n  at {}", name_of(found),
      step.op->name(), operands, direction, place_of(origin), describe(origin.where)));
}

void FiniteCheck::report_source(int tensor, Found found) const {
  const Storage& storage = storage_of(tensor);
  const Node& node = plan_.graph->node(storage.node);
  std::string what = "a constant";
  if (const auto* input = dynamic_cast<const Input*>(node.op.get())) what = "the input " + input->label;
  if (const auto* read = dynamic_cast<const VariableRead*>(node.op.get()))
    what = "the variable " + read->variable;
  throw NonFiniteError(fmt::format("run: {} was there before the run, in {} {}\n  at {}", name_of(found),
                                   what, to_string(node.outputs.front()),
                                   describe(node.origins.front().where)));
}

}  // namespace heed

#include <algorithm>

#include <fmt/format.h>

#include <heed/ops/elementwise.h>
#include <heed/ops/stop_gradient.h>
#include <heed/ops/views.h>

namespace heed {

namespace {

// The one instruction that computes, constants aside; null if there are more or several results.
const ScalarInstruction* only_instruction(const ScalarProgram& program) {
  const ScalarInstruction* only = nullptr;
  for (const ScalarInstruction& step : program.body) {
    if (step.op == ScalarOp::constant) continue;
    if (only) return nullptr;
    only = &step;
  }
  return program.results.size() == 1 ? only : nullptr;
}

}  // namespace

std::string_view Elementwise::name() const {
  const ScalarInstruction* only = only_instruction(program);
  return only ? name_of(only->op) : "elementwise";
}

Attributes Elementwise::attributes() const {
  if (program.body.size() != 1) return {{"program", to_string(program)}};
  const ScalarInstruction& first = program.body[0];
  if (first.op == ScalarOp::convert) return {{"to", std::string(name_of(first.dtype))}};
  return {};
}

std::vector<TensorType> Elementwise::infer(Types inputs) const {
  if (inputs.size() != program.inputs.size()) {
    throw ShapeError(fmt::format("takes {} inputs, not {}", program.inputs.size(), inputs.size()));
  }
  Shape shape;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i].dtype != program.inputs[i]) {
      throw ShapeError(fmt::format("input {} is {}, but {} is expected", i, name_of(inputs[i].dtype),
                                   name_of(program.inputs[i])));
    }
    shape = broadcast(shape, inputs[i].shape);
  }
  std::vector<TensorType> types;
  for (const Register reg : program.results) types.push_back({program.type_of(reg), shape});
  return types;
}

double Elementwise::flops(Types, Types outputs) const {
  const auto computes = [](const ScalarInstruction& instruction) {
    return instruction.op != ScalarOp::constant && instruction.op != ScalarOp::convert;
  };
  const auto instructions = static_cast<double>(std::ranges::count_if(program.body, computes));
  return instructions * static_cast<double>(outputs.front().shape.elements());
}

std::optional<Gradients> Elementwise::gradient(const Applied& forward,
                                               std::span<const std::optional<Tensor>> outputs) const {
  std::vector<bool> arrives;
  for (const auto& output : outputs) arrives.push_back(output.has_value());
  ScalarGradient rule = differentiate(program, arrives);
  Tensors arguments;
  for (const auto& argument : rule.arguments) {
    switch (argument.source) {
      case ScalarGradient::Source::input:
        arguments.push_back(forward.inputs[argument.index]);
        break;
      case ScalarGradient::Source::output:
        arguments.push_back(forward.outputs[argument.index]);
        break;
      case ScalarGradient::Source::gradient:
        arguments.push_back(*outputs[argument.index]);
        break;
    }
  }
  // A result that is one of the arguments needs no node: add passes its gradient straight on.
  const ScalarProgram whole = rule.program;
  ScalarProgram computed = whole;
  std::erase_if(computed.results, [&](Register reg) { return whole.is_input(reg); });
  const Tensors values = computed.results.empty() ? Tensors{} : elementwise(computed, arguments);

  std::vector<Tensor> results;
  std::size_t next = 0;
  for (const Register reg : whole.results)
    results.push_back(whole.is_input(reg) ? arguments[reg] : values[next++]);
  Gradients gradients;
  for (const auto& result : rule.results) {
    gradients.push_back(result ? std::optional(results[*result]) : std::nullopt);
  }
  return gradients;
}

bool Elementwise::same_as(const Op& other) const {
  const auto* elementwise = dynamic_cast<const Elementwise*>(&other);
  return elementwise && elementwise->program == program;
}

Tensors elementwise(ScalarProgram program, std::span<const Tensor> inputs, Where where) {
  CompactProgram small = compact(program);
  Tensors used;
  for (const std::size_t index : small.inputs) used.push_back(inputs[index]);
  if (used.empty()) throw InternalError("elementwise: a program without inputs");
  Graph& graph = used.front().graph();
  return graph.apply(std::make_shared<Elementwise>(std::move(small.program)), used, where);
}

OpPtr identity(DType dtype) {
  ScalarBuilder builder;
  const Register in = builder.input(dtype);
  return std::make_shared<Elementwise>(builder.finish({in}));
}

Operand::Operand(Tensor tensor, Where where) : tensor(tensor), where(where) {
  if (!tensor)
    throw Error(
        fmt::format("an operand names nothing: its tensor was never assigned\n  at {}", describe(where)));
}

namespace {

const Tensor& first_tensor(std::initializer_list<const Operand*> operands) {
  for (const Operand* operand : operands) {
    if (operand->tensor) return operand->tensor;
  }
  throw Error(
      fmt::format("at least one operand must be a tensor\n  at {}", describe((*operands.begin())->where)));
}

bool is_condition(ScalarOp op, std::size_t index) {
  return op == ScalarOp::select && index == 0;
}

// What an instruction computes on; nullptr where any type will do.
const char* refused_type(ScalarOp op, std::size_t index, DType dtype) {
  const bool is_logic =
      op == ScalarOp::logical_and || op == ScalarOp::logical_or || op == ScalarOp::logical_not;
  if (is_logic || is_condition(op, index)) return dtype == DType::boolean ? nullptr : "a boolean";
  if (op == ScalarOp::select || op == ScalarOp::equal) return nullptr;
  const bool is_bits = op == ScalarOp::bit_and || op == ScalarOp::bit_xor || op == ScalarOp::shift_left ||
                       op == ScalarOp::shift_right || op == ScalarOp::multiply_high;
  if (is_bits) return dtype == DType::u32 ? nullptr : "u32";
  const bool is_real = (op >= ScalarOp::exp && op <= ScalarOp::floor) || op == ScalarOp::is_finite;
  if (is_real) return is_floating(dtype) ? nullptr : "floating-point";
  return dtype == DType::boolean ? "a number" : nullptr;
}

// One instruction; numbers become constants of the program, in the type of the tensors beside them.
Tensor apply(ScalarOp op, std::initializer_list<const Operand*> operands) {
  const Where where = (*operands.begin())->where;
  const Tensor& model = op == ScalarOp::select
                            ? first_tensor({operands.begin()[1], operands.begin()[2], operands.begin()[0]})
                            : first_tensor(operands);
  const bool only_condition = op == ScalarOp::select && model == operands.begin()[0]->tensor;
  const DType number_type = only_condition ? DType::f32 : model.dtype();

  ScalarBuilder builder;
  Tensors inputs;
  for (const Operand* operand : operands) {
    if (operand->tensor) {
      builder.input(operand->tensor.dtype());
      inputs.push_back(operand->tensor);
    }
  }
  std::array<Register, 3> registers{};
  Register next = 0;
  std::size_t index = 0;
  DType common = number_type;
  for (const Operand* operand : operands) {
    const bool condition = is_condition(op, index);
    if (operand->tensor && !condition && operand->tensor.dtype() != common) {
      throw ShapeError(fmt::format("{}: {} and {} differ in type; cast one of them\n  at {}", name_of(op),
                                   describe(model), describe(operand->tensor), describe(where)));
    }
    const DType dtype = operand->tensor ? operand->tensor.dtype() : number_type;
    if (const char* wanted = refused_type(op, index, dtype)) {
      throw ShapeError(fmt::format("{}: operand {} must be {}, not {}\n  at {}", name_of(op), index, wanted,
                                   operand->tensor ? describe(operand->tensor) : std::string(name_of(dtype)),
                                   describe(where)));
    }
    registers[index++] = operand->tensor ? next++ : builder.constant(number_type, operand->number);
  }
  const Register result = builder.emit(op, registers[0], registers[1], registers[2]);
  return model.graph().apply_one(std::make_shared<Elementwise>(builder.finish({result})), inputs, where);
}

}  // namespace

Tensor add(Operand a, Operand b) {
  return apply(ScalarOp::add, {&a, &b});
}
Tensor subtract(Operand a, Operand b) {
  return apply(ScalarOp::subtract, {&a, &b});
}
Tensor multiply(Operand a, Operand b) {
  return apply(ScalarOp::multiply, {&a, &b});
}
Tensor divide(Operand a, Operand b) {
  return apply(ScalarOp::divide, {&a, &b});
}
Tensor remainder(Operand a, Operand b) {
  return apply(ScalarOp::remainder, {&a, &b});
}
Tensor minimum(Operand a, Operand b) {
  return apply(ScalarOp::minimum, {&a, &b});
}
Tensor maximum(Operand a, Operand b) {
  return apply(ScalarOp::maximum, {&a, &b});
}
Tensor power(Operand a, Operand b) {
  return apply(ScalarOp::power, {&a, &b});
}
Tensor equal(Operand a, Operand b) {
  return apply(ScalarOp::equal, {&a, &b});
}
Tensor less(Operand a, Operand b) {
  return apply(ScalarOp::less, {&a, &b});
}
Tensor less_equal(Operand a, Operand b) {
  return apply(ScalarOp::less_equal, {&a, &b});
}
Tensor greater(Operand a, Operand b) {
  return apply(ScalarOp::less, {&b, &a});
}
Tensor greater_equal(Operand a, Operand b) {
  return apply(ScalarOp::less_equal, {&b, &a});
}
Tensor logical_and(Operand a, Operand b) {
  return apply(ScalarOp::logical_and, {&a, &b});
}
Tensor logical_or(Operand a, Operand b) {
  return apply(ScalarOp::logical_or, {&a, &b});
}
Tensor logical_not(Operand a) {
  return apply(ScalarOp::logical_not, {&a});
}
Tensor select(Operand condition, Operand if_true, Operand if_false) {
  return apply(ScalarOp::select, {&condition, &if_true, &if_false});
}
Tensor negate(Operand x) {
  return apply(ScalarOp::negate, {&x});
}
Tensor absolute(Operand x) {
  return apply(ScalarOp::absolute, {&x});
}
Tensor exp(Operand x) {
  return apply(ScalarOp::exp, {&x});
}
Tensor log(Operand x) {
  return apply(ScalarOp::log, {&x});
}
Tensor tanh(Operand x) {
  return apply(ScalarOp::tanh, {&x});
}
Tensor erf(Operand x) {
  return apply(ScalarOp::erf, {&x});
}
Tensor sqrt(Operand x) {
  return apply(ScalarOp::sqrt, {&x});
}
Tensor sin(Operand x) {
  return apply(ScalarOp::sin, {&x});
}
Tensor cos(Operand x) {
  return apply(ScalarOp::cos, {&x});
}
Tensor floor(Operand x) {
  return apply(ScalarOp::floor, {&x});
}
Tensor is_finite(Operand x) {
  return apply(ScalarOp::is_finite, {&x});
}
Tensor square(Operand x) {
  return apply(ScalarOp::multiply, {&x, &x});
}
Tensor bit_and(Operand a, Operand b) {
  return apply(ScalarOp::bit_and, {&a, &b});
}
Tensor bit_xor(Operand a, Operand b) {
  return apply(ScalarOp::bit_xor, {&a, &b});
}
Tensor shift_left(Operand a, Operand b) {
  return apply(ScalarOp::shift_left, {&a, &b});
}
Tensor shift_right(Operand a, Operand b) {
  return apply(ScalarOp::shift_right, {&a, &b});
}
Tensor multiply_high(Operand a, Operand b) {
  return apply(ScalarOp::multiply_high, {&a, &b});
}

namespace {

Tensor named(const Tensors& results, const char* name) {
  return results.front().graph().name(results.front(), name);
}

}  // namespace

Tensor relu(Operand x) {
  ScalarBuilder builder;
  const Register in = builder.input(x.tensor.dtype());
  const Register zero = builder.constant(x.tensor.dtype(), 0);
  const Register positive = builder.emit(ScalarOp::less, zero, in);
  const Register result = builder.emit(ScalarOp::select, positive, in, zero);
  return named(elementwise(builder.finish({result}), std::span(&x.tensor, 1), x.where), "relu");
}

Tensor sigmoid(Operand x) {
  ScalarBuilder builder;
  const DType dtype = x.tensor.dtype();
  const Register in = builder.input(dtype);
  const Register half = builder.constant(dtype, 0.5);
  const Register t = builder.emit(ScalarOp::tanh, builder.emit(ScalarOp::multiply, in, half));
  const Register result = builder.emit(ScalarOp::add, builder.emit(ScalarOp::multiply, t, half), half);
  return named(elementwise(builder.finish({result}), std::span(&x.tensor, 1), x.where), "sigmoid");
}

Tensor cast(Operand x, DType dtype) {
  if (x.tensor.dtype() == dtype) return x.tensor;
  ScalarBuilder builder;
  const Register in = builder.input(x.tensor.dtype());
  return elementwise(builder.finish({builder.emit(ScalarOp::convert, dtype, in)}), std::span(&x.tensor, 1),
                     x.where)
      .front();
}

Tensor stop_gradient(Operand x) {
  return x.tensor.graph().apply_one(std::make_shared<StopGradient>(), std::span(&x.tensor, 1), x.where);
}

Tensor scalar_like(Tensor like, double value, Where where) {
  Array array(like.dtype(), {});
  array.set_number(0, value);
  return like.graph().constant(std::move(array), where);
}

Tensor zeros_like(Tensor like, Where where) {
  return broadcast_to(scalar_like(like, 0, where), like.shape(), where);
}

}  // namespace heed

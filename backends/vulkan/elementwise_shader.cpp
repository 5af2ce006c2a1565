#include <bit>
#include <string>

#include <fmt/format.h>

#include <heed/backends/vulkan/elementwise_shader.h>
#include <heed/backends/vulkan/scalar_forms.h>
#include <heed/backends/vulkan/shaders.h>
#include <heed/backends/vulkan/spirv.h>
#include <heed/backends/vulkan/spirv_module.h>
#include <heed/graph/error.h>

namespace heed::vulkan {

using namespace spirv;

namespace {

class Writer {
 public:
  Writer(const ElementwiseForm& form, bool special_values);
  SpirvWords write();

 private:
  struct Operand {
    DType dtype;
    SpirvId variable, element_pointer, element;
  };
  Operand declare_operand(DType dtype, std::uint32_t binding, bool written);
  SpirvId parameter(std::size_t index);
  SpirvId type_of(DType dtype) const;
  SpirvId pointer_to(const Operand& operand, SpirvId index);
  SpirvId load(std::size_t input, SpirvId index);
  void store(const Operand& operand, SpirvId index, SpirvId value);
  SpirvId constant(DType dtype, double value);
  SpirvId evaluate(const ScalarInstruction& step);
  SpirvId apply(const ScalarInstruction& step, DType operand);
  SpirvId convert(DType from, DType to, SpirvId value);
  SpirvId rounded(DType dtype, SpirvId value);

  const ElementwiseForm& form_;
  const ScalarProgram& program_;
  SpirvModule module_;
  SpirvId float_, int_, uint_, bool_;
  std::vector<Operand> inputs_, outputs_;  // outputs: live ones
  std::vector<SpirvId> registers_;
};

// The functions of functions.glsl for floating-point numbers of 16 bits, which shaders hold as floats.
struct NarrowForm {
  const char *read, *bits, *rounded;
};

const NarrowForm* narrow_form(DType dtype) {
  static constexpr NarrowForm bfloat16{"from_bfloat16", "bfloat16_bits", "rounded_to_bfloat16"};
  static constexpr NarrowForm float16{"from_float16", "float16_bits", "rounded_to_float16"};
  return dtype == DType::bf16 ? &bfloat16 : dtype == DType::f16 ? &float16 : nullptr;
}

const SpirvModule& frame() {
  static const SpirvModule module(compiled_shader("elementwise"));
  return module;
}

Writer::Writer(const ElementwiseForm& form, bool special_values)
    : form_(form),
      program_(form.program),
      module_(frame()),
      float_(module_.type(OpTypeFloat, {32})),
      int_(module_.type(OpTypeInt, {32, 1})),
      uint_(module_.type(OpTypeInt, {32, 0})),
      bool_(module_.type(OpTypeBool, {})) {
  if (!special_values) return;
  module_.add_capability(SignedZeroInfNanPreserve);
  module_.add_execution_mode(mode_signed_zero_inf_nan_preserve, 32);
}

SpirvId Writer::type_of(DType dtype) const {
  switch (held(dtype)) {
    case Held::real:
      return float_;
    case Held::whole:
      return int_;
    case Held::natural:
      return uint_;
    default:
      return bool_;
  }
}

// A storage buffer of elements as they lie in memory: numbers of 32 or 16 bits, booleans of 8.
Writer::Operand Writer::declare_operand(DType dtype, std::uint32_t binding, bool written) {
  SpirvId element = type_of(dtype);
  if (narrow_form(dtype)) {
    module_.add_capability(StorageBuffer16BitAccess);
    element = module_.type(OpTypeInt, {16, 0});
  }
  if (dtype == DType::boolean) {
    module_.add_capability(StorageBuffer8BitAccess);
    element = module_.type(OpTypeInt, {8, 0});
  }
  const SpirvId array = module_.new_type(OpTypeRuntimeArray, {element});
  module_.decorate(array, ArrayStride, {static_cast<std::uint32_t>(size_of(dtype))});
  const SpirvId block = module_.new_type(OpTypeStruct, {array});
  module_.decorate(block, Block);
  module_.decorate_member(block, 0, Offset, {0});
  if (!written) module_.decorate_member(block, 0, NonWritable);
  const SpirvId variable =
      module_.variable(module_.type(OpTypePointer, {StorageBuffer, block}), StorageBuffer);
  module_.decorate(variable, DescriptorSet, {0});
  module_.decorate(variable, spirv::Binding, {binding});
  return {dtype, variable, module_.type(OpTypePointer, {StorageBuffer, element}), element};
}

SpirvId Writer::parameter(std::size_t index) {
  return module_.call(uint_, "parameter", {module_.constant(uint_, static_cast<std::uint32_t>(index))});
}

SpirvId Writer::pointer_to(const Operand& operand, SpirvId index) {
  const SpirvId zero = module_.constant(int_, 0);
  return module_.emit_value(OpAccessChain, operand.element_pointer, {operand.variable, zero, index});
}

SpirvId Writer::load(std::size_t input, SpirvId index) {
  const Operand& operand = inputs_[input];
  SpirvId at = parameter(input);
  if (form_.inputs[input] == ElementwiseForm::Reading::dense)
    at = module_.emit_value(OpIAdd, uint_, {at, index});
  if (form_.inputs[input] == ElementwiseForm::Reading::strided) {
    const SpirvId sizes = parameter(inputs_.size() + outputs_.size() + 1 + input);
    at = module_.emit_value(OpIAdd, uint_, {at, module_.call(uint_, "strided", {index, sizes})});
  }
  const SpirvId loaded = module_.emit_value(OpLoad, operand.element, {pointer_to(operand, at)});
  const NarrowForm* narrow = narrow_form(operand.dtype);
  if (!narrow && operand.dtype != DType::boolean) return loaded;
  const SpirvId wide = module_.emit_value(OpUConvert, uint_, {loaded});
  if (narrow) return module_.call(float_, narrow->read, {wide});
  return module_.emit_value(OpINotEqual, bool_, {wide, module_.constant(uint_, 0)});
}

void Writer::store(const Operand& operand, SpirvId at, SpirvId value) {
  SpirvId stored = value;
  if (const NarrowForm* narrow = narrow_form(operand.dtype))
    stored = module_.call(uint_, narrow->bits, {value});
  if (operand.dtype == DType::boolean) {
    stored =
        module_.emit_value(OpSelect, uint_, {value, module_.constant(uint_, 1), module_.constant(uint_, 0)});
  }
  if (stored != value) stored = module_.emit_value(OpUConvert, operand.element, {stored});
  module_.emit(OpStore, {pointer_to(operand, at), stored});
}

SpirvId Writer::constant(DType dtype, double value) {
  switch (dtype) {
    case DType::f32:
      return module_.constant(float_, std::bit_cast<std::uint32_t>(static_cast<float>(value)));
    case DType::bf16:
      return module_.constant(float_,
                              std::bit_cast<std::uint32_t>(to_float(to_bfloat16(static_cast<float>(value)))));
    case DType::f16:
      return module_.constant(float_,
                              std::bit_cast<std::uint32_t>(to_float(to_float16(static_cast<float>(value)))));
    case DType::boolean:
      return module_.boolean(bool_, value != 0);
    default:
      return module_.constant(type_of(dtype), static_cast<std::uint32_t>(static_cast<std::int64_t>(value)));
  }
}

SpirvId Writer::rounded(DType dtype, SpirvId value) {
  const NarrowForm* narrow = narrow_form(dtype);
  return narrow ? module_.call(float_, narrow->rounded, {value}) : value;
}

SpirvId Writer::convert(DType from, DType to, SpirvId value) {
  const Held was = held(from), is = held(to);
  if (is == Held::truth) {
    if (was == Held::truth) return value;
    const SpirvId zero = constant(from, 0);
    return module_.emit_value(was == Held::real ? OpFUnordNotEqual : OpINotEqual, bool_, {value, zero});
  }
  if (was == Held::truth)
    return module_.emit_value(OpSelect, type_of(to), {value, constant(to, 1), constant(to, 0)});
  if (was == Held::real) {
    if (is == Held::real) return from == to ? value : rounded(to, value);
    return module_.call(type_of(to), is == Held::whole ? "to_signed" : "to_unsigned", {value});
  }
  if (is == Held::real) {
    return rounded(to,
                   module_.emit_value(was == Held::whole ? OpConvertSToF : OpConvertUToF, float_, {value}));
  }
  return was == is ? value : module_.emit_value(OpBitcast, type_of(to), {value});
}

SpirvId Writer::apply(const ScalarInstruction& step, DType operand) {
  const Form form = form_of(step.op, operand);
  const SpirvId type = type_of(step.dtype);
  const SpirvId a = registers_[step.operands[0]];
  const bool two = operand_count(step.op) == 2;
  const SpirvId b = two ? registers_[step.operands[1]] : 0;
  if (form.function) {
    return two ? module_.call(type, form.function, {a, b}) : module_.call(type, form.function, {a});
  }
  if (form.extended) {
    return two ? module_.emit_extended(type, form.extended, {a, b})
               : module_.emit_extended(type, form.extended, {a});
  }
  const SpirvId result =
      two ? module_.emit_value(form.opcode, type, {a, b}) : module_.emit_value(form.opcode, type, {a});
  if (held(step.dtype) == Held::real) module_.decorate(result, NoContraction);
  return result;
}

SpirvId Writer::evaluate(const ScalarInstruction& step) {
  if (step.op == ScalarOp::constant) return constant(step.dtype, step.immediate);
  const DType operand = program_.type_of(step.operands[0]);
  if (step.op == ScalarOp::convert) return convert(operand, step.dtype, registers_[step.operands[0]]);
  if (step.op == ScalarOp::select) {
    return module_.emit_value(
        OpSelect, type_of(step.dtype),
        {registers_[step.operands[0]], registers_[step.operands[1]], registers_[step.operands[2]]});
  }
  const SpirvId result = apply(step, operand);
  return rounds(step.op) ? rounded(step.dtype, result) : result;
}

SpirvWords Writer::write() {
  std::uint32_t binding = 1;
  for (const DType dtype : program_.inputs) inputs_.push_back(declare_operand(dtype, binding++, false));
  std::vector<Register> stored;
  for (std::size_t i = 0; i < program_.results.size(); ++i) {
    if (!form_.live[i]) continue;
    stored.push_back(program_.results[i]);
    outputs_.push_back(declare_operand(program_.type_of(stored.back()), binding++, true));
  }
  module_.label();
  const SpirvId index = module_.call(uint_, "linear_index", {});
  const SpirvId count = parameter(inputs_.size() + outputs_.size());
  const SpirvId inside = module_.emit_value(OpULessThan, bool_, {index, count});
  const SpirvId work = module_.fresh(), end = module_.fresh();
  module_.emit(OpSelectionMerge, {end, 0});
  module_.emit(OpBranchConditional, {inside, work, end});
  module_.begin_block(work);
  for (std::size_t i = 0; i < inputs_.size(); ++i) registers_.push_back(load(i, index));
  for (const ScalarInstruction& step : program_.body) registers_.push_back(evaluate(step));
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    const SpirvId at = module_.emit_value(OpIAdd, uint_, {parameter(inputs_.size() + i), index});
    store(outputs_[i], at, registers_[stored[i]]);
  }
  module_.emit(OpBranch, {end});
  module_.begin_block(end);
  module_.emit(OpReturn, {});
  return module_.finish();
}

// All that the code depends on, in words.
std::string name_of(const ElementwiseForm& form) {
  std::string name = "elementwise (";
  for (std::size_t i = 0; i < form.inputs.size(); ++i) {
    const char* readings[] = {"", " scalar", " strided"};
    name += fmt::format("{}{}{}", i ? ", " : "", heed::name_of(form.program.inputs[i]),
                        readings[static_cast<std::size_t>(form.inputs[i])]);
  }
  name += fmt::format(") {}", to_string(form.program));
  for (const ScalarInstruction& step : form.program.body)
    name += fmt::format(" {}", heed::name_of(step.dtype));
  for (const bool live : form.live) name += live ? " live" : " dead";
  return name;
}

}  // namespace

bool can_emit(const ScalarProgram& program) {
  for (const DType dtype : program.inputs)
    if (held(dtype) == Held::none) return false;
  for (const ScalarInstruction& step : program.body) {
    if (held(step.dtype) == Held::none) return false;
    if (step.op == ScalarOp::constant || step.op == ScalarOp::convert || step.op == ScalarOp::select)
      continue;
    if (!form_of(step.op, program.type_of(step.operands[0]))) return false;
  }
  return true;
}

Shader elementwise_shader(const ElementwiseForm& form, const DeviceTraits& device) {
  const bool special_values = device.preserves_special_values;
  return {name_of(form), [form, special_values] { return Writer(form, special_values).write(); }};
}

}  // namespace heed::vulkan

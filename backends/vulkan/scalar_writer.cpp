#include <bit>

#include <heed/backends/vulkan/scalar_forms.h>
#include <heed/backends/vulkan/scalar_writer.h>
#include <heed/backends/vulkan/spirv.h>

namespace heed::vulkan {

using namespace spirv;

namespace {

// The functions of functions.glsl for floating-point numbers of 16 bits, which shaders hold as floats.
struct NarrowForm {
  const char *read, *bits, *rounded;
};

const NarrowForm* narrow_form(DType dtype) {
  static constexpr NarrowForm bfloat16{"from_bfloat16", "bfloat16_bits", "rounded_to_bfloat16"};
  static constexpr NarrowForm float16{"from_float16", "float16_bits", "rounded_to_float16"};
  return dtype == DType::bf16 ? &bfloat16 : dtype == DType::f16 ? &float16 : nullptr;
}

}  // namespace

ScalarWriter::ScalarWriter(SpirvModule& module, const ScalarProgram& program, bool special_values)
    : module_(module),
      program_(program),
      float_(module_.type(OpTypeFloat, {32})),
      int_(module_.type(OpTypeInt, {32, 1})),
      uint_(module_.type(OpTypeInt, {32, 0})),
      bool_(module_.type(OpTypeBool, {})) {
  if (!special_values) return;
  module_.add_capability(SignedZeroInfNanPreserve);
  module_.add_execution_mode(mode_signed_zero_inf_nan_preserve, 32);
}

SpirvId ScalarWriter::type_of(DType dtype) const {
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
ScalarWriter::Operand ScalarWriter::declare_operand(DType dtype, std::uint32_t binding, bool written) {
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

SpirvId ScalarWriter::parameter(std::size_t index) {
  return module_.call(uint_, "parameter", {module_.constant(uint_, static_cast<std::uint32_t>(index))});
}

SpirvId ScalarWriter::sum(SpirvId a, SpirvId b) {
  return module_.emit_value(OpIAdd, uint_, {a, b});
}

SpirvId ScalarWriter::strided(SpirvId index, SpirvId sizes) {
  return module_.call(uint_, "strided", {index, sizes});
}

SpirvId ScalarWriter::pointer_to(const Operand& operand, SpirvId index) {
  const SpirvId zero = module_.constant(int_, 0);
  return module_.emit_value(OpAccessChain, operand.element_pointer, {operand.variable, zero, index});
}

SpirvId ScalarWriter::load(const Operand& operand, SpirvId at) {
  const SpirvId loaded = module_.emit_value(OpLoad, operand.element, {pointer_to(operand, at)});
  const NarrowForm* narrow = narrow_form(operand.dtype);
  if (!narrow && operand.dtype != DType::boolean) return loaded;
  const SpirvId wide = module_.emit_value(OpUConvert, uint_, {loaded});
  if (narrow) return module_.call(float_, narrow->read, {wide});
  return module_.emit_value(OpINotEqual, bool_, {wide, module_.constant(uint_, 0)});
}

void ScalarWriter::store(const Operand& operand, SpirvId at, SpirvId value) {
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

SpirvId ScalarWriter::constant(DType dtype, double value) {
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

SpirvId ScalarWriter::rounded(DType dtype, SpirvId value) {
  const NarrowForm* narrow = narrow_form(dtype);
  return narrow ? module_.call(float_, narrow->rounded, {value}) : value;
}

SpirvId ScalarWriter::convert(DType from, DType to, SpirvId value) {
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

SpirvId ScalarWriter::apply(const ScalarInstruction& step, DType operand) {
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

SpirvId ScalarWriter::evaluate(const ScalarInstruction& step) {
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

std::vector<SpirvId> ScalarWriter::evaluate(std::vector<SpirvId> inputs) {
  registers_ = std::move(inputs);
  for (const ScalarInstruction& step : program_.body) registers_.push_back(evaluate(step));
  std::vector<SpirvId> results;
  for (const Register result : program_.results) results.push_back(registers_[result]);
  return results;
}

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

}  // namespace heed::vulkan

#include <heed/backends/vulkan/scalar_forms.h>
#include <heed/backends/vulkan/spirv.h>

namespace heed::vulkan {

using namespace spirv;

Held held(DType dtype) {
  switch (dtype) {
    case DType::f32:
    case DType::bf16:
    case DType::f16:
      return Held::real;
    case DType::i32:
      return Held::whole;
    case DType::u32:
      return Held::natural;
    case DType::boolean:
      return Held::truth;
    default:
      return Held::none;
  }
}

namespace {

Form real_form(ScalarOp op) {
  switch (op) {
    case ScalarOp::add:
      return {.opcode = OpFAdd};
    case ScalarOp::subtract:
      return {.opcode = OpFSub};
    case ScalarOp::multiply:
      return {.opcode = OpFMul};
    case ScalarOp::divide:
      return {.opcode = OpFDiv};
    case ScalarOp::remainder:
      return {.function = "float_remainder"};
    case ScalarOp::negate:
      return {.opcode = OpFNegate};
    case ScalarOp::absolute:
      return {.extended = FAbs};
    case ScalarOp::minimum:
      return {.function = "minimum"};
    case ScalarOp::maximum:
      return {.function = "maximum"};
    case ScalarOp::equal:
      return {.opcode = OpFOrdEqual};
    case ScalarOp::less:
      return {.opcode = OpFOrdLessThan};
    case ScalarOp::less_equal:
      return {.opcode = OpFOrdLessThanEqual};
    case ScalarOp::exp:
      return {.function = "exponential"};
    case ScalarOp::log:
      return {.function = "logarithm"};
    case ScalarOp::tanh:
      return {.function = "hyperbolic_tangent"};
    case ScalarOp::erf:
      return {.function = "error_function"};
    case ScalarOp::sqrt:
      return {.extended = Sqrt};
    case ScalarOp::sin:
      return {.function = "sine"};
    case ScalarOp::cos:
      return {.function = "cosine"};
    case ScalarOp::power:
      return {.function = "power"};
    case ScalarOp::floor:
      return {.extended = Floor};
    case ScalarOp::is_finite:
      return {.function = "is_finite"};
    default:
      return {};
  }
}

Form integer_form(ScalarOp op, bool is_signed) {
  switch (op) {
    case ScalarOp::add:
      return {.opcode = OpIAdd};
    case ScalarOp::subtract:
      return {.opcode = OpISub};
    case ScalarOp::multiply:
      return {.opcode = OpIMul};
    case ScalarOp::divide:
      return {.function = is_signed ? "signed_divide" : "unsigned_divide"};
    case ScalarOp::remainder:
      return {.function = is_signed ? "signed_remainder" : "unsigned_remainder"};
    case ScalarOp::negate:
      return {.opcode = OpSNegate};
    case ScalarOp::absolute:
      return is_signed ? Form{.extended = SAbs} : Form{};
    case ScalarOp::minimum:
      return {.extended = is_signed ? SMin : UMin};
    case ScalarOp::maximum:
      return {.extended = is_signed ? SMax : UMax};
    case ScalarOp::equal:
      return {.opcode = OpIEqual};
    case ScalarOp::less:
      return {.opcode = is_signed ? OpSLessThan : OpULessThan};
    case ScalarOp::less_equal:
      return {.opcode = is_signed ? OpSLessThanEqual : OpULessThanEqual};
    case ScalarOp::bit_and:
      return {.opcode = OpBitwiseAnd};
    case ScalarOp::bit_xor:
      return {.opcode = OpBitwiseXor};
    case ScalarOp::shift_left:
      return is_signed ? Form{} : Form{.function = "shifted_left"};
    case ScalarOp::shift_right:
      return is_signed ? Form{} : Form{.function = "shifted_right"};
    case ScalarOp::multiply_high:
      return is_signed ? Form{} : Form{.function = "multiplied_high"};
    default:
      return {};
  }
}

Form truth_form(ScalarOp op) {
  switch (op) {
    case ScalarOp::equal:
      return {.opcode = OpLogicalEqual};
    case ScalarOp::logical_and:
    case ScalarOp::minimum:
      return {.opcode = OpLogicalAnd};
    case ScalarOp::logical_or:
    case ScalarOp::maximum:
      return {.opcode = OpLogicalOr};
    case ScalarOp::logical_not:
      return {.opcode = OpLogicalNot};
    default:
      return {};
  }
}

}  // namespace

Form form_of(ScalarOp op, DType operand) {
  switch (held(operand)) {
    case Held::real:
      return real_form(op);
    case Held::whole:
      return integer_form(op, true);
    case Held::natural:
      return integer_form(op, false);
    case Held::truth:
      return truth_form(op);
    case Held::none:
      break;
  }
  return {};
}

bool rounds(ScalarOp op) {
  switch (op) {
    case ScalarOp::constant:
    case ScalarOp::negate:
    case ScalarOp::absolute:
    case ScalarOp::minimum:
    case ScalarOp::maximum:
    case ScalarOp::select:
      return false;
    default:
      return true;
  }
}

}  // namespace heed::vulkan

// The numbers of SPIR-V's instructions, types and decorations that heed writes or reads. From the Khronos
// specification of SPIR-V 1.5, section 3.
#pragma once

#include <cstdint>

namespace heed::vulkan::spirv {

inline constexpr std::uint32_t magic = 0x07230203;

enum Opcode : std::uint32_t {
  OpName = 5,
  OpExtInstImport = 11,
  OpExtInst = 12,
  OpMemoryModel = 14,
  OpEntryPoint = 15,
  OpExecutionMode = 16,
  OpCapability = 17,
  OpTypeVoid = 19,
  OpTypeBool = 20,
  OpTypeInt = 21,
  OpTypeFloat = 22,
  OpTypeRuntimeArray = 29,
  OpTypeStruct = 30,
  OpTypePointer = 32,
  OpConstantTrue = 41,
  OpConstantFalse = 42,
  OpConstant = 43,
  OpFunction = 54,
  OpFunctionParameter = 55,
  OpFunctionEnd = 56,
  OpFunctionCall = 57,
  OpVariable = 59,
  OpLoad = 61,
  OpStore = 62,
  OpAccessChain = 65,
  OpDecorate = 71,
  OpMemberDecorate = 72,
  OpConvertSToF = 111,
  OpConvertUToF = 112,
  OpUConvert = 113,
  OpBitcast = 124,
  OpSNegate = 126,
  OpFNegate = 127,
  OpIAdd = 128,
  OpFAdd = 129,
  OpISub = 130,
  OpFSub = 131,
  OpIMul = 132,
  OpFMul = 133,
  OpFDiv = 136,
  OpLogicalEqual = 164,
  OpLogicalOr = 166,
  OpLogicalAnd = 167,
  OpLogicalNot = 168,
  OpSelect = 169,
  OpIEqual = 170,
  OpINotEqual = 171,
  OpULessThan = 176,
  OpSLessThan = 177,
  OpULessThanEqual = 178,
  OpSLessThanEqual = 179,
  OpFOrdEqual = 180,
  OpFUnordNotEqual = 183,
  OpFOrdLessThan = 184,
  OpFOrdLessThanEqual = 188,
  OpBitwiseXor = 198,
  OpBitwiseAnd = 199,
  OpLoopMerge = 246,
  OpSelectionMerge = 247,
  OpLabel = 248,
  OpBranch = 249,
  OpBranchConditional = 250,
  OpSwitch = 251,
  OpReturn = 253,
  OpReturnValue = 254,
  OpUnreachable = 255,
};

// Of the extended instruction set GLSL.std.450.
enum Extended : std::uint32_t {
  FAbs = 4,
  SAbs = 5,
  Floor = 8,
  Sqrt = 31,
  UMin = 38,
  SMin = 39,
  UMax = 41,
  SMax = 42
};

enum StorageClass : std::uint32_t { StorageBuffer = 12 };

enum Decoration : std::uint32_t {
  Block = 2,
  ArrayStride = 6,
  NonWritable = 24,
  Binding = 33,
  DescriptorSet = 34,
  Offset = 35,
  NoContraction = 42,
};

enum Capability : std::uint32_t {
  StorageBuffer16BitAccess = 4433,
  StorageBuffer8BitAccess = 4448,
  SignedZeroInfNanPreserve = 4466,
};

inline constexpr std::uint32_t mode_signed_zero_inf_nan_preserve = 4461;

}  // namespace heed::vulkan::spirv

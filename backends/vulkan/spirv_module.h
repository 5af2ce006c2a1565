// SpirvModule: a compiled shader taken apart, to be given a new body for one of its functions, which may call
// the others. SPIR-V 1.5, specification sections 2.4 (layout of a module) and 3 (instructions).
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <heed/backends/vulkan/kernel.h>

namespace heed::vulkan {

using SpirvId = std::uint32_t;

class SpirvModule {
 public:
  // Takes the body of `written`, a function of this name, away.
  SpirvModule(std::span<const std::uint32_t> words, std::string_view written);

  SpirvId fresh() { return bound_++; }

  void add_capability(std::uint32_t capability);
  void add_execution_mode(std::uint32_t mode, std::uint32_t operand);
  void decorate(SpirvId target, std::uint32_t decoration, std::initializer_list<std::uint32_t> operands = {});
  void decorate_member(SpirvId type, std::uint32_t member, std::uint32_t decoration,
                       std::initializer_list<std::uint32_t> operands = {});

  // A type or constant that is already there, or a new one. Types that are decorated are made by new_type().
  SpirvId type(std::uint32_t opcode, std::initializer_list<std::uint32_t> operands);
  SpirvId new_type(std::uint32_t opcode, std::initializer_list<std::uint32_t> operands);
  SpirvId constant(SpirvId type, std::uint32_t bits);
  SpirvId boolean(SpirvId type, bool value);
  SpirvId variable(SpirvId pointer, std::uint32_t storage_class);  // a global one

  // The value of an argument of the new function, which GLSL declares as const: others are given by address.
  SpirvId argument(std::size_t index) const { return arguments_.at(index); }

  // Calls a function of the shader, by the name that it has in GLSL, from the new function.
  SpirvId call(SpirvId result_type, std::string_view function, std::initializer_list<SpirvId> arguments);

  // One instruction of the new function.
  void emit(std::uint32_t opcode, std::initializer_list<std::uint32_t> operands);
  SpirvId emit_value(std::uint32_t opcode, SpirvId type, std::initializer_list<std::uint32_t> operands);
  SpirvId emit_extended(SpirvId type, std::uint32_t instruction, std::initializer_list<SpirvId> operands);
  SpirvId label();  // begins a block with a new label
  void begin_block(SpirvId label);

  // The whole module: main, the new function, and the functions that they need.
  SpirvWords finish();

 private:
  struct Function {
    SpirvWords words;
    std::set<SpirvId> calls;
    std::set<SpirvId> results;
  };
  void read(std::span<const std::uint32_t> instruction);
  void read_body(std::uint32_t opcode, std::span<const std::uint32_t> instruction);
  void keep(SpirvId function);
  SpirvId declare(std::uint32_t opcode, SpirvId type, std::span<const std::uint32_t> operands, bool share);

  std::uint32_t version_ = 0;
  SpirvId bound_ = 0;
  SpirvWords head_;  // imports, memory model
  SpirvWords modes_;
  std::vector<SpirvWords> decorations_;
  std::vector<SpirvWords> declarations_;
  std::map<SpirvWords, SpirvId> shared_;  // declarations by all but their result
  std::map<std::string, SpirvId, std::less<>> names_;
  std::map<SpirvId, Function> functions_;
  std::vector<SpirvId> order_;  // of the functions
  std::set<SpirvId> kept_;
  std::set<std::uint32_t> capabilities_;
  SpirvId import_ = 0, main_ = 0, written_ = 0, reading_ = 0;
  std::string written_name_;
  SpirvWords header_;  // of the new function
  std::vector<SpirvId> arguments_;
  SpirvWords body_;
};

}  // namespace heed::vulkan

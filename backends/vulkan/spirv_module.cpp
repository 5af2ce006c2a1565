#include <cstring>

#include <heed/backends/vulkan/spirv.h>
#include <heed/backends/vulkan/spirv_module.h>
#include <heed/graph/error.h>

namespace heed::vulkan {

using namespace spirv;

namespace {

constexpr std::size_t header_words = 5;

std::uint32_t first_word(std::uint32_t opcode, std::size_t operands) {
  return static_cast<std::uint32_t>(operands + 1) << 16 | opcode;
}

SpirvWords instruction(std::uint32_t opcode, std::initializer_list<std::uint32_t> operands) {
  SpirvWords words{first_word(opcode, operands.size())};
  words.insert(words.end(), operands);
  return words;
}

void append(SpirvWords& to, std::span<const std::uint32_t> words) {
  to.insert(to.end(), words.begin(), words.end());
}

// The text in words from `at` on.
std::string text_of(std::span<const std::uint32_t> words) {
  std::string text(words.size_bytes(), '\0');
  std::memcpy(text.data(), words.data(), text.size());
  return text.substr(0, text.find('\0'));
}

// Whether an instruction inside a function has a type and, after it, a result.
bool has_typed_result(std::uint32_t opcode) {
  switch (opcode) {
    case OpStore:
    case OpLoopMerge:
    case OpSelectionMerge:
    case OpLabel:
    case OpBranch:
    case OpBranchConditional:
    case OpSwitch:
    case OpReturn:
    case OpReturnValue:
    case OpUnreachable:
    case OpFunctionEnd:
      return false;
    default:
      return true;
  }
}

// Where a declaration's result stands among its words: types have no type of their own.
bool is_type(std::uint32_t opcode) {
  return opcode >= OpTypeVoid && opcode <= 33;  // up to OpTypeFunction
}

}  // namespace

SpirvModule::SpirvModule(std::span<const std::uint32_t> words, std::string_view written)
    : written_name_(written) {
  if (words.size() < header_words || words[0] != magic) throw InternalError("not a SPIR-V module");
  version_ = words[1];
  bound_ = words[3];
  for (std::size_t at = header_words; at < words.size();) {
    const std::size_t length = words[at] >> 16;
    if (length == 0 || at + length > words.size()) throw InternalError("a SPIR-V module is cut off");
    read(words.subspan(at, length));
    at += length;
  }
  if (!written_) throw InternalError("the shader has no function " + written_name_);
  if (written_ != main_) keep(main_);
}

void SpirvModule::read(std::span<const std::uint32_t> instruction) {
  const std::uint32_t opcode = instruction[0] & 0xffff;
  if (reading_ || opcode == OpFunction) return read_body(opcode, instruction);
  switch (opcode) {
    case OpCapability:
      capabilities_.insert(instruction[1]);
      return;
    case OpExtInstImport:
      import_ = instruction[1];
      return append(head_, instruction);
    case OpMemoryModel:
      return append(head_, instruction);
    case OpEntryPoint:
      main_ = instruction[2];
      return;
    case OpExecutionMode:
      return append(modes_, instruction);
    case OpName: {
      const std::string name = text_of(instruction.subspan(2));  // "power(f1;f1;" of a function
      const std::size_t end = name.find('(');
      if (end != std::string::npos) names_.emplace(name.substr(0, end), instruction[1]);
      return;
    }
    case OpDecorate:
    case OpMemberDecorate:
      decorations_.emplace_back(instruction.begin(), instruction.end());
      return;
    default:
      break;
  }
  if (opcode < OpTypeVoid) return;  // what debuggers read
  declarations_.emplace_back(instruction.begin(), instruction.end());
  const std::size_t result = is_type(opcode) ? 1 : 2;
  if (opcode == OpVariable || opcode == OpTypeStruct || opcode == OpTypeRuntimeArray) return;
  SpirvWords key(instruction.begin(), instruction.end());
  key.erase(key.begin() + static_cast<std::ptrdiff_t>(result));
  shared_.emplace(std::move(key), instruction[result]);
}

void SpirvModule::read_body(std::uint32_t opcode, std::span<const std::uint32_t> instruction) {
  if (opcode == OpFunction) {
    reading_ = instruction[2];
    const auto named = names_.find(written_name_);
    if (written_name_ == "main" ? reading_ == main_ : named != names_.end() && reading_ == named->second)
      written_ = reading_;
    if (reading_ != written_) order_.push_back(reading_);
  }
  const bool is_header = opcode == OpFunction || opcode == OpFunctionParameter;
  if (reading_ == written_ && is_header) append(header_, instruction);
  if (reading_ == written_ && opcode == OpFunctionParameter) arguments_.push_back(instruction[2]);
  Function& function = functions_[reading_];
  append(function.words, instruction);
  if (opcode == OpFunctionCall) function.calls.insert(instruction[3]);
  if (has_typed_result(opcode)) function.results.insert(instruction[2]);
  if (opcode == OpLabel) function.results.insert(instruction[1]);
  if (opcode == OpFunctionEnd) reading_ = 0;
}

void SpirvModule::add_capability(std::uint32_t capability) {
  capabilities_.insert(capability);
}

void SpirvModule::add_execution_mode(std::uint32_t mode, std::uint32_t operand) {
  append(modes_, instruction(OpExecutionMode, {main_, mode, operand}));
}

void SpirvModule::decorate(SpirvId target, std::uint32_t decoration,
                           std::initializer_list<std::uint32_t> operands) {
  SpirvWords words{first_word(OpDecorate, operands.size() + 2), target, decoration};
  words.insert(words.end(), operands);
  decorations_.push_back(std::move(words));
}

void SpirvModule::decorate_member(SpirvId type, std::uint32_t member, std::uint32_t decoration,
                                  std::initializer_list<std::uint32_t> operands) {
  SpirvWords words{first_word(OpMemberDecorate, operands.size() + 3), type, member, decoration};
  words.insert(words.end(), operands);
  decorations_.push_back(std::move(words));
}

SpirvId SpirvModule::declare(std::uint32_t opcode, SpirvId type, std::span<const std::uint32_t> operands,
                             bool share) {
  SpirvWords words{0};
  if (type) words.push_back(type);
  append(words, operands);
  words[0] = first_word(opcode, words.size());
  if (share) {
    const auto found = shared_.find(words);
    if (found != shared_.end()) return found->second;
  }
  const SpirvId result = fresh();
  if (share) shared_.emplace(words, result);
  words.insert(words.begin() + (type ? 2 : 1), result);
  declarations_.push_back(std::move(words));
  return result;
}

SpirvId SpirvModule::type(std::uint32_t opcode, std::initializer_list<std::uint32_t> operands) {
  return declare(opcode, 0, {operands.begin(), operands.size()}, true);
}

SpirvId SpirvModule::new_type(std::uint32_t opcode, std::initializer_list<std::uint32_t> operands) {
  return declare(opcode, 0, {operands.begin(), operands.size()}, false);
}

SpirvId SpirvModule::constant(SpirvId type, std::uint32_t bits) {
  return declare(OpConstant, type, {&bits, 1}, true);
}

SpirvId SpirvModule::boolean(SpirvId type, bool value) {
  return declare(value ? OpConstantTrue : OpConstantFalse, type, {}, true);
}

SpirvId SpirvModule::variable(SpirvId pointer, std::uint32_t storage_class) {
  return declare(OpVariable, pointer, {&storage_class, 1}, false);
}

SpirvId SpirvModule::call(SpirvId result_type, std::string_view function,
                          std::initializer_list<SpirvId> arguments) {
  const auto found = names_.find(function);
  if (found == names_.end() || !functions_.contains(found->second))
    throw InternalError("the shader has no function " + std::string(function));
  keep(found->second);
  const SpirvId result = fresh();
  body_.push_back(first_word(OpFunctionCall, arguments.size() + 3));
  append(body_, SpirvWords{result_type, result, found->second});
  body_.insert(body_.end(), arguments);
  return result;
}

// The new function calls what it calls when it is written.
void SpirvModule::keep(SpirvId function) {
  if (function == written_ || !kept_.insert(function).second) return;
  for (const SpirvId called : functions_.at(function).calls) keep(called);
}

void SpirvModule::emit(std::uint32_t opcode, std::initializer_list<std::uint32_t> operands) {
  append(body_, instruction(opcode, operands));
}

SpirvId SpirvModule::emit_value(std::uint32_t opcode, SpirvId type,
                                std::initializer_list<std::uint32_t> operands) {
  const SpirvId result = fresh();
  body_.push_back(first_word(opcode, operands.size() + 2));
  append(body_, SpirvWords{type, result});
  body_.insert(body_.end(), operands);
  return result;
}

SpirvId SpirvModule::emit_extended(SpirvId type, std::uint32_t extended,
                                   std::initializer_list<SpirvId> operands) {
  const SpirvId result = fresh();
  body_.push_back(first_word(OpExtInst, operands.size() + 4));
  append(body_, SpirvWords{type, result, import_, extended});
  body_.insert(body_.end(), operands);
  return result;
}

SpirvId SpirvModule::label() {
  const SpirvId label = fresh();
  begin_block(label);
  return label;
}

void SpirvModule::begin_block(SpirvId label) {
  emit(OpLabel, {label});
}

SpirvWords SpirvModule::finish() {
  std::set<SpirvId> dropped;  // results of functions that nothing calls
  for (const auto& [id, function] : functions_)
    if (!kept_.contains(id)) dropped.insert(function.results.begin(), function.results.end());
  dropped.erase(written_);
  for (const SpirvId argument : arguments_) dropped.erase(argument);

  SpirvWords words{magic, version_, 0, 0, 0};
  for (const std::uint32_t capability : capabilities_) append(words, instruction(OpCapability, {capability}));
  append(words, head_);
  SpirvWords entry{0, 5 /* GLCompute */, main_, 0x6e69616d /* "main" */, 0};
  for (const SpirvWords& declaration : declarations_)
    if ((declaration[0] & 0xffff) == OpVariable) entry.push_back(declaration[2]);
  entry[0] = first_word(OpEntryPoint, entry.size() - 1);
  append(words, entry);
  append(words, modes_);
  for (const SpirvWords& decoration : decorations_)
    if (!dropped.contains(decoration[1])) append(words, decoration);
  for (const SpirvWords& declaration : declarations_) append(words, declaration);
  append(words, header_);
  append(words, body_);
  append(words, instruction(OpFunctionEnd, {}));
  for (const SpirvId id : order_)
    if (kept_.contains(id)) append(words, functions_.at(id).words);
  words[3] = bound_;
  return words;
}

}  // namespace heed::vulkan

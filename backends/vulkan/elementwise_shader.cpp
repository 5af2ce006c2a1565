#include <string>

#include <fmt/format.h>

#include <heed/backends/vulkan/elementwise_shader.h>
#include <heed/backends/vulkan/scalar_writer.h>
#include <heed/backends/vulkan/shaders.h>
#include <heed/backends/vulkan/spirv.h>

namespace heed::vulkan {

using namespace spirv;

namespace {

using Reading = ElementwiseForm::Reading;

SpirvWords write_elementwise(const ElementwiseForm& form, bool special_values) {
  static const SpirvModule frame(compiled_shader("elementwise"), "main");
  SpirvModule module = frame;
  const ScalarProgram& program = form.program;
  ScalarWriter writer(module, program, special_values);
  std::uint32_t binding = 1;
  std::vector<ScalarWriter::Operand> inputs, outputs;  // outputs: live ones
  for (const DType dtype : program.inputs) inputs.push_back(writer.declare_operand(dtype, binding++, false));
  for (std::size_t i = 0; i < program.results.size(); ++i) {
    if (form.live[i])
      outputs.push_back(writer.declare_operand(program.type_of(program.results[i]), binding++, true));
  }
  const std::size_t count_at = inputs.size() + outputs.size();
  module.label();
  const SpirvId index = module.call(writer.uint_type(), "linear_index", {});
  const SpirvId inside =
      module.emit_value(OpULessThan, writer.bool_type(), {index, writer.parameter(count_at)});
  const SpirvId work = module.fresh(), end = module.fresh();
  module.emit(OpSelectionMerge, {end, 0});
  module.emit(OpBranchConditional, {inside, work, end});
  module.begin_block(work);
  std::vector<SpirvId> values;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    SpirvId at = writer.parameter(i);
    if (form.inputs[i] == Reading::dense) at = writer.sum(at, index);
    if (form.inputs[i] == Reading::strided)
      at = writer.sum(at, writer.strided(index, writer.parameter(count_at + 1 + i)));
    values.push_back(writer.load(inputs[i], at));
  }
  const std::vector<SpirvId> results = writer.evaluate(std::move(values));
  std::size_t stored = 0;
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (!form.live[i]) continue;
    const SpirvId at = writer.sum(writer.parameter(inputs.size() + stored), index);
    writer.store(outputs[stored++], at, results[i]);
  }
  module.emit(OpBranch, {end});
  module.begin_block(end);
  module.emit(OpReturn, {});
  return module.finish();
}

// The body of reduce.comp's element(result, i).
SpirvWords write_reduce(const ReducedForm& form, const std::string& shader, bool special_values) {
  SpirvModule module(compiled_shader(shader), "element");
  ScalarWriter writer(module, form.program, special_values);
  constexpr std::uint32_t first_binding = 2;  // after the parameters and the results
  const std::size_t spaces_at = 1 + form.program.inputs.size() + 4;
  module.label();
  const SpirvId result = module.argument(0), reduced = module.argument(1);
  std::vector<SpirvId> values;
  for (std::size_t i = 0; i < form.program.inputs.size(); ++i) {
    const auto binding = static_cast<std::uint32_t>(first_binding + i);
    const ScalarWriter::Operand operand = writer.declare_operand(form.program.inputs[i], binding, false);
    SpirvId at = writer.parameter(1 + i);
    if (!form.scalar[i]) {
      at = writer.sum(at, writer.strided(result, writer.parameter(spaces_at + 2 * i)));
      at = writer.sum(at, writer.strided(reduced, writer.parameter(spaces_at + 2 * i + 1)));
    }
    values.push_back(writer.load(operand, at));
  }
  module.emit(OpReturnValue, {writer.evaluate(std::move(values)).front()});
  return module.finish();
}

// The body of matmul.comp's finished(total, index, row, column).
SpirvWords write_finishing(const FinishingForm& form, bool special_values) {
  static const SpirvModule frame(compiled_shader("matmul_f32_fused"), "finished");
  SpirvModule module = frame;
  ScalarWriter writer(module, form.program, special_values);
  constexpr std::uint32_t first_other = 4;  // parameter of its beginning; its binding is one later
  module.label();
  std::vector<SpirvId> values{module.argument(0)};
  for (std::size_t i = 0; i < form.others.size(); ++i) {
    const auto parameter = static_cast<std::uint32_t>(first_other + i);
    const auto operand = writer.declare_operand(form.program.inputs[1 + i], parameter + 1, false);
    SpirvId at = writer.parameter(parameter);
    if (form.others[i] == FinishingForm::Reading::elements) at = writer.sum(at, module.argument(1));
    if (form.others[i] == FinishingForm::Reading::rows) at = writer.sum(at, module.argument(2));
    if (form.others[i] == FinishingForm::Reading::columns) at = writer.sum(at, module.argument(3));
    values.push_back(writer.load(operand, at));
  }
  module.emit(OpReturnValue, {writer.evaluate(std::move(values)).front()});
  return module.finish();
}

std::string program_text(const ScalarProgram& program) {
  std::string text = to_string(program);
  for (const ScalarInstruction& step : program.body) text += fmt::format(" {}", heed::name_of(step.dtype));
  return text;
}

// All that the code depends on, in words.
std::string name_of(const ElementwiseForm& form) {
  const char* readings[] = {"", " scalar", " strided"};
  std::string name = "elementwise (";
  for (std::size_t i = 0; i < form.inputs.size(); ++i) {
    name += fmt::format("{}{}{}", i ? ", " : "", heed::name_of(form.program.inputs[i]),
                        readings[static_cast<std::size_t>(form.inputs[i])]);
  }
  name += fmt::format(") {}", program_text(form.program));
  for (const bool live : form.live) name += live ? " live" : " dead";
  return name;
}

std::string name_of(const FinishingForm& form) {
  const char* readings[] = {" scalar", " of rows", " of columns", ""};
  std::string name = "matmul_f32_fused (f32";
  for (std::size_t i = 0; i < form.others.size(); ++i) {
    name += fmt::format(", {}{}", heed::name_of(form.program.inputs[1 + i]),
                        readings[static_cast<std::size_t>(form.others[i])]);
  }
  return name + ") " + program_text(form.program);
}

std::string name_of(const ReducedForm& form, const std::string& shader) {
  std::string name = shader + " (";
  for (std::size_t i = 0; i < form.scalar.size(); ++i) {
    name += fmt::format("{}{}{}", i ? ", " : "", heed::name_of(form.program.inputs[i]),
                        form.scalar[i] ? " scalar" : "");
  }
  return name + ") " + program_text(form.program);
}

}  // namespace

Shader elementwise_shader(const ElementwiseForm& form, const DeviceTraits& device) {
  const bool special_values = device.preserves_special_values;
  return {name_of(form), [form, special_values] { return write_elementwise(form, special_values); }};
}

Shader reduced_shader(const ReducedForm& form, const std::string& shader, const DeviceTraits& device) {
  const bool special_values = device.preserves_special_values;
  return {name_of(form, shader),
          [form, shader, special_values] { return write_reduce(form, shader, special_values); }};
}

Shader finishing_shader(const FinishingForm& form, const DeviceTraits& device) {
  const bool special_values = device.preserves_special_values;
  return {name_of(form), [form, special_values] { return write_finishing(form, special_values); }};
}

}  // namespace heed::vulkan

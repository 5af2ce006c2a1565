// The SPIR-V that is written at run time and at build time, judged by Khronos's validator.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "../models/temporary_directory.h"
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <heed/backends/vulkan/elementwise_shader.h>
#include <heed/backends/vulkan/scalar_writer.h>
#include <heed/backends/vulkan/shaders.h>

using namespace heed;
using namespace heed::vulkan;

namespace {

using Reading = ElementwiseForm::Reading;

constexpr ScalarOp last_op = ScalarOp::convert;

class Validator {
 public:
  void check(std::span<const std::uint32_t> words, std::string_view name) {
    const std::string path = directory_.file("shader.spv");
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(words.data()), static_cast<std::streamsize>(words.size_bytes()));
    CAPTURE(name);
    CHECK(std::system(fmt::format("{} --target-env vulkan1.2 {}", HEED_SPIRV_VAL, path).c_str()) == 0);
  }

 private:
  TemporaryDirectory directory_;
};

// A program of one instruction on operands of this type, or nothing where there is no code for it.
std::optional<ScalarProgram> program_of(ScalarOp op, DType dtype) {
  ScalarBuilder builder;
  if (op == ScalarOp::constant) return std::nullopt;
  if (op == ScalarOp::select) {
    const Register condition = builder.input(DType::boolean);
    const Register a = builder.input(dtype), b = builder.input(dtype);
    return builder.finish({builder.emit(op, condition, a, b)});
  }
  const Register a = builder.input(dtype);
  if (op == ScalarOp::convert) {
    std::vector<Register> results;
    for (const DType to : {DType::f32, DType::bf16, DType::f16, DType::i32, DType::u32, DType::boolean})
      results.push_back(builder.emit(op, to, a));
    return builder.finish(results);
  }
  const Register b = operand_count(op) > 1 ? builder.input(dtype) : a;
  const ScalarProgram program = builder.finish({builder.emit(op, a, b)});
  return can_emit(program) ? std::optional(program) : std::nullopt;
}

}  // namespace

TEST_CASE("every instruction becomes a valid shader, in every type that has it") {
  Validator validator;
  int shaders = 0;
  for (int op = 0; op <= static_cast<int>(last_op); ++op) {
    for (const DType dtype : {DType::f32, DType::bf16, DType::f16, DType::i32, DType::u32, DType::boolean}) {
      const auto program = program_of(static_cast<ScalarOp>(op), dtype);
      if (!program) continue;
      DeviceTraits device;
      device.preserves_special_values = shaders % 2 == 0;
      const Reading readings[] = {Reading::dense, Reading::scalar, Reading::strided};
      ElementwiseForm form{*program, {}, std::vector<bool>(program->results.size(), true)};
      for (std::size_t i = 0; i < program->inputs.size(); ++i)
        form.inputs.push_back(readings[(static_cast<std::size_t>(op) + i) % 3]);
      const Shader shader = elementwise_shader(form, device);
      validator.check(shader.write(), shader.name);
      ++shaders;
    }
  }
  CHECK(shaders > 80);
}

TEST_CASE("results that nobody reads are not stored") {
  ScalarBuilder builder;
  const Register x = builder.input(DType::f32);
  const ScalarProgram program = builder.finish({x, builder.emit(ScalarOp::exp, x)});
  const ElementwiseForm form{program, {Reading::dense}, {true, false}};
  const Shader shader = elementwise_shader(form, {});
  Validator().check(shader.write(), shader.name);
  ElementwiseForm all = form;
  all.live = {true, true};
  CHECK(elementwise_shader(all, {}).write().size() > shader.write().size());
}

TEST_CASE("every shader of the library is valid") {
  Validator validator;
  for (const std::string_view name : compiled_shaders()) validator.check(compiled_shader(name), name);
}

TEST_CASE("a program that is reduced as it is computed becomes a valid shader") {
  ScalarBuilder builder;
  const Register a = builder.input(DType::f32), b = builder.input(DType::bf16), c = builder.input(DType::i32);
  const Register sum = builder.emit(ScalarOp::add, a, builder.emit(ScalarOp::convert, DType::f32, b));
  const Register scaled =
      builder.emit(ScalarOp::multiply, sum, builder.emit(ScalarOp::convert, DType::f32, c));
  const ScalarProgram program = builder.finish({builder.emit(ScalarOp::tanh, scaled)});
  Validator validator;
  for (const std::string shader : {"reduce_f32_fused", "reduce_f32_group_fused"}) {
    DeviceTraits device;
    device.preserves_special_values = true;
    const Shader one = reduced_shader({program, {false, true, false}}, shader, device);
    validator.check(one.write(), one.name);
    CHECK(one.name != reduced_shader({program, {false, false, false}}, shader, device).name);
  }
}

TEST_CASE("a program that finishes a product becomes a valid shader") {
  using Over = FinishingForm::Reading;
  ScalarBuilder builder;
  std::vector<Register> inputs;
  for (const DType dtype : {DType::f32, DType::f32, DType::boolean, DType::bf16, DType::f16})
    inputs.push_back(builder.input(dtype));
  const Register sum = builder.emit(ScalarOp::add, inputs[0], inputs[1]);
  const Register third = builder.emit(ScalarOp::convert, DType::f32, inputs[3]);
  const Register fourth = builder.emit(ScalarOp::convert, DType::f32, inputs[4]);
  const Register chosen = builder.emit(ScalarOp::select, inputs[2], sum, third);
  const FinishingForm form{builder.finish({builder.emit(ScalarOp::multiply, chosen, fourth)}),
                           {Over::columns, Over::elements, Over::rows, Over::scalar}};
  const Shader shader = finishing_shader(form, {});
  Validator().check(shader.write(), shader.name);
}

// Kernels as data, made without any device.
#include <doctest/doctest.h>

#include <heed/backends/vulkan/kernels.h>
#include <heed/backends/vulkan/make.h>

using namespace heed;
using namespace heed::vulkan;

namespace {

TensorLayout dense(DType dtype, const Shape& shape) {
  return {{dtype, shape}, dense_strides(shape)};
}

DeviceTraits small_device() {
  DeviceTraits device;
  device.most_groups = 8;
  device.kind = DeviceKind::discrete;
  return device;
}

Kernel make(const Op& op, std::vector<TensorLayout> inputs, std::vector<TensorLayout> outputs,
            const DeviceTraits& device) {
  return kernels().find(op)->make(op, {inputs, outputs, std::vector<bool>(outputs.size(), true), device});
}

}  // namespace

TEST_CASE("a grid never has more groups along an axis than the device allows") {
  const DeviceTraits device = small_device();
  for (const std::int64_t count : {1, 7, 8, 9, 16, 17, 63, 64}) {
    const auto grid = grid_of(count, device);
    CAPTURE(count);
    CHECK(grid[0] <= 8);
    CHECK(grid[1] <= 8);
    CHECK(std::int64_t{grid[0]} * grid[1] >= count);
  }
}

TEST_CASE("elementwise kernels of other shapes have the same shader") {
  const DeviceTraits device = small_device();
  ScalarBuilder builder;
  const Register x = builder.input(DType::f32), y = builder.input(DType::f32);
  const Elementwise op(builder.finish({builder.emit(ScalarOp::add, x, y)}));
  const auto shader = [&](const TensorLayout& a, const TensorLayout& b, const Shape& out) {
    return make(op, {a, b}, {dense(DType::f32, out)}, device).dispatches.at(0).shader;
  };
  const Shader one = shader(dense(DType::f32, {8, 9}), dense(DType::f32, {8, 9}), {8, 9});
  const Shader other = shader(dense(DType::f32, {3}), dense(DType::f32, {3}), {3});
  CHECK(one.name == other.name);
  CHECK(one.write() == other.write());
  const Shader row = shader(dense(DType::f32, {8, 9}), dense(DType::f32, {9}), {8, 9});
  CHECK(row.name != one.name);
}

TEST_CASE("parts of a concatenation are bound apart") {
  const Kernel kernel = make(Concatenate(0), {dense(DType::f32, {2, 4}), dense(DType::f32, {3, 4})},
                             {dense(DType::f32, {5, 4})}, small_device());
  REQUIRE(kernel.dispatches.size() == 2);
  const vulkan::Binding& first = kernel.dispatches[0].bindings[1];
  const vulkan::Binding& second = kernel.dispatches[1].bindings[1];
  CHECK(first.first == 0);
  CHECK(first.count == 8);
  CHECK(second.first == 8);
  CHECK(second.count == 12);
}

TEST_CASE("batches that share the right operand are rows of one product") {
  const Kernel kernel = make(Matmul(false, false), {dense(DType::f32, {6, 5, 4}), dense(DType::f32, {4, 7})},
                             {dense(DType::f32, {6, 5, 7})}, small_device());
  const Dispatch& dispatch = kernel.dispatches.at(0);
  CHECK(dispatch.parameters[0] == 30);  // rows
  CHECK(dispatch.parameters[3] == 1);   // batches
}

TEST_CASE("few results of many elements are reduced in two passes") {
  const Kernel kernel = make(Reduce(ReduceKind::sum, {0, 1}, false), {dense(DType::f32, {1000, 1000})},
                             {dense(DType::f32, {})}, small_device());
  CHECK(kernel.dispatches.size() == 2);
  CHECK(kernel.scratch_bytes > 0);
  const Kernel rows = make(Reduce(ReduceKind::sum, {1}, false), {dense(DType::f32, {100000, 8})},
                           {dense(DType::f32, {100000})}, small_device());
  CHECK(rows.dispatches.size() == 1);
}

TEST_CASE("nothing is dispatched for empty results") {
  const DeviceTraits device = small_device();
  CHECK(make(Concatenate(0), {dense(DType::f32, {0, 4})}, {dense(DType::f32, {0, 4})}, device)
            .dispatches.empty());
  CHECK(make(Matmul(false, false), {dense(DType::f32, {0, 4}), dense(DType::f32, {4, 7})},
             {dense(DType::f32, {0, 7})}, device)
            .dispatches.empty());
}

TEST_CASE("float16 products take the device's small matrices where it has them, KHR's first") {
  DeviceTraits device = small_device();
  device.most_invocations = 1024;
  device.shared_memory = 48 << 10;
  device.subgroup_size = 32;
  const auto dispatch = [&](DType dtype, std::int64_t rows, std::int64_t columns) {
    const Matmul op(false, true, dtype != DType::f32);
    return make(op, {dense(dtype, {rows, 40}), dense(dtype, {columns, 40})},
                {dense(DType::f32, {rows, columns})}, device)
        .dispatches.at(0);
  };
  using Words = std::vector<std::uint32_t>;
  CHECK(dispatch(DType::f16, 100, 90).shader.name == "matmul_f16_f32");
  device.cooperative_nv = {16, 16, 16};
  const Dispatch small = dispatch(DType::f16, 100, 90);
  CHECK(small.shader.name == "matmul_cooperative_nv_f16_f32");
  CHECK(small.constants == Words{128, 64, 64, 32, 2, 2, 0, 1, 0, 16, 16, 16, 4});
  CHECK(small.groups == std::array<std::uint32_t, 3>{2, 2, 1});
  device.cooperative_khr = {16, 8, 16};
  const Dispatch large = dispatch(DType::f16, 2000, 1000);
  CHECK(large.shader.name == "matmul_cooperative_khr_f16_f32");
  CHECK(large.constants == Words{256, 128, 128, 32, 2, 8, 0, 1, 0, 16, 8, 16, 8});
  CHECK(large.groups == std::array<std::uint32_t, 3>{8, 16, 1});
  CHECK(dispatch(DType::f16, 8, 90).shader.name == "matmul_f16_f32");  // fills none
  CHECK(dispatch(DType::bf16, 100, 90).shader.name == "matmul_bf16_f32");
  device.shared_memory = 8 << 10;  // too little for any tile
  CHECK(dispatch(DType::f16, 100, 90).shader.name == "matmul_f16_f32");
}

// Devices taken for lesser ones: small blocks of memory, memory that the host cannot reach.
#include "../backends/check_optimized.h"
#include "../backends/check_plan.h"
#include "../message_of.h"
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <heed/backends/executable.h>
#include <heed/backends/vulkan/vulkan_backend.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/reduce.h>
#include <heed/ops/reverse.h>
#include <heed/ops/views.h>

using namespace heed;
using heed::test::message_of;

namespace {

constexpr std::int64_t block = 64 << 10;

std::shared_ptr<Backend> open_with_small_blocks() {
  return vulkan::open_as("vulkan", [](vulkan::DeviceTraits& device) {
    device.largest_allocation = block;
    device.largest_range = block;
  });
}

}  // namespace

TEST_CASE("a graph larger than a block is laid out so that no tensor lies across two") {
  const auto backend = open_with_small_blocks();
  Graph graph;
  constexpr std::int64_t size = 5000;  // 20,000 bytes
  const Tensor x = graph.input("x", DType::f32, {size});
  Tensors parts;
  for (int i = 1; i <= 12; ++i) parts.push_back(x * static_cast<double>(i));
  Tensor total = sum(parts[0]);
  for (std::size_t i = 1; i < parts.size(); ++i) total = total + sum(parts[i]);
  Tensors fetches = parts;
  fetches.push_back(total);
  Variables variables(backend);
  Executable executable = compile(fetches, Updates{}, variables);
  const Plan& plan = executable.plan();
  test::check_plan(plan);
  CHECK(plan.arena_bytes > 3 * block);
  for (const Storage& storage : plan.storages) {
    if (storage.kind != Storage::Kind::arena || storage.bytes == 0) continue;
    const std::int64_t limit = backend->largest_block();
    CHECK(storage.offset / limit == (storage.offset + storage.bytes - 1) / limit);
  }
  executable.run({{x, Array(Shape{size}, std::vector<float>(size, 0.5f))}});
  for (std::size_t i = 0; i < parts.size(); ++i)
    CHECK(executable.value(parts[i]).number(size - 1) == 0.5 * static_cast<double>(i + 1));
  CHECK(executable.value(total).number(0) == doctest::Approx(0.5 * size * 78));
}

TEST_CASE("a tensor larger than a block is refused by name") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {20000});
  Variables variables(open_with_small_blocks());
  const std::string message = message_of([&] { compile({exp(x)}, variables); });
  CAPTURE(message);
  CHECK(message.find("bytes in one piece; vulkan has none above") != std::string::npos);
}

// The driver refuses what the device is taken to have.
TEST_CASE("memory that the driver does not give is one error, and the backend goes on") {
  const auto backend = vulkan::open_as("vulkan", [](vulkan::DeviceTraits& device) {
    device.memory = std::int64_t{1} << 60;
    device.largest_allocation = device.largest_range = std::int64_t{1} << 50;
  });
  const std::int64_t elements = std::int64_t{1} << 44;
  Graph large;
  const Tensor x = large.input("x", DType::f32, {4});
  Variables variables(backend);
  const std::string message = message_of([&] {
    Executable run =
        compile({sum(reverse(exp(broadcast_to(reshape(x, {4, 1}), {4, elements / 4})), {1}))}, variables);
    run.run({{x, Array({4}, std::vector<float>(4, 1.0f))}});
  });
  CAPTURE(message);
  CHECK(message.starts_with("vulkan: "));
  CHECK(message.find(" failed: ") != std::string::npos);
  Graph small;
  const Tensor y = small.input("y", DType::f32, {2});
  const Tensor doubled = y * 2.0;
  Executable run = compile({doubled}, variables);
  run.run({{y, Array({2}, std::vector<float>{1, 2})}});
  CHECK(run.value(doubled).number(1) == 4);
}

TEST_CASE("random graphs give the same where the host cannot reach the device's memory") {
  const auto backend =
      vulkan::open_as("vulkan", [](vulkan::DeviceTraits& device) { device.host_visible = false; });
  for (std::uint32_t seed = 2000; seed < 2020; ++seed)
    CHECK(test::difference_when_optimized(seed, backend) == "");
}

TEST_CASE("values larger than the staging buffer go through it in parts") {
  const auto backend =
      vulkan::open_as("vulkan", [](vulkan::DeviceTraits& device) { device.host_visible = false; });
  constexpr std::int64_t bytes = (40 << 20) + 4;
  std::vector<std::byte> values(bytes), back(bytes);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<std::byte>(i * 7 >> 3);
  const auto memory = backend->allocate(bytes + 4);
  backend->write(*memory, 4, values);
  backend->read(*memory, 4, back);
  CHECK(back == values);
}

TEST_CASE(
    "of two values written to one place the later one stays, also where both wait in the staging buffer") {
  const auto backend =
      vulkan::open_as("vulkan", [](vulkan::DeviceTraits& device) { device.host_visible = false; });
  const std::vector<std::byte> first(256, std::byte{1}), second(64, std::byte{2});
  const auto memory = backend->allocate(256);
  backend->write(*memory, 0, first);
  backend->write(*memory, 32, second);
  std::vector<std::byte> back(256);
  backend->read(*memory, 0, back);
  for (std::size_t i = 0; i < back.size(); ++i)
    CHECK(back[i] == (i >= 32 && i < 96 ? std::byte{2} : std::byte{1}));
}

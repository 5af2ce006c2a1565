// Kernel: one op, for given types and layouts, as dispatches of shaders. Made without a device.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <heed/backends/kernel_layout.h>
#include <heed/backends/vulkan/device_traits.h>

namespace heed::vulkan {

// What a kernel is made for. Outputs are always dense. `live[i]` tells whether anyone reads output i; an
// output that is not live must not be bound.
struct KernelRequest {
  std::span<const TensorLayout> inputs;
  std::span<const TensorLayout> outputs;
  std::vector<bool> live;
  const DeviceTraits& device;
};

using SpirvWords = std::vector<std::uint32_t>;

// A compute shader. Names are unique: one module is made of each, so that a shader that is written at run
// time is written once, by the first who needs it.
struct Shader {
  std::string name;
  std::function<SpirvWords()> write = {};  // its SPIR-V; none: it is compiled into the library
};

// Which elements of an operand a shader sees, and where: the first binding is number 1.
struct Binding {
  enum class Kind : std::uint8_t { input, output, scratch };

  Kind kind = Kind::input;
  std::size_t index = 0;  // of the input or output; scratch is one
  bool written = false;
  std::int64_t first = 0;                  // element of the operand (of scratch: word)
  std::optional<std::int64_t> count = {};  // how many from there on; all if not given
};

inline Binding input(std::size_t index) {
  return {Binding::Kind::input, index};
}
inline Binding output(std::size_t index) {
  return {Binding::Kind::output, index, true};
}
inline Binding read_scratch() {
  return {Binding::Kind::scratch, 0};
}
inline Binding write_scratch() {
  return {Binding::Kind::scratch, 0, true};
}

// An output that nobody reads has no memory: its binding is `instead`, which the shader then leaves alone;
// but a validator cannot see that.
inline Binding live_or(const KernelRequest& request, std::size_t index, Binding instead) {
  instead.written = true;
  return request.live[index] ? output(index) : instead;
}

// One run of a shader over a grid of groups.
struct Dispatch {
  Shader shader = {};
  std::vector<std::uint32_t> constants = {};  // specialisation constants 0, 1, ...
  std::vector<Binding> bindings = {};
  // The words that follow, in binding 0, those which say where each operand begins.
  std::vector<std::uint32_t> parameters = {};
  std::array<std::uint32_t, 3> groups{1, 1, 1};
  bool unless_in_place = false;  // not needed where output 0 lies on input 0
};

struct Kernel {
  std::vector<Dispatch> dispatches;
  std::int64_t scratch_bytes = 0;
};

// A grid of at least `count` groups, over two axes where one is too short. See linear_index() in common.glsl.
inline std::array<std::uint32_t, 3> grid_of(std::int64_t count, const DeviceTraits& device) {
  const std::int64_t most = device.most_groups;
  const std::int64_t rows = (count + most - 1) / most;
  const std::int64_t columns = rows <= 1 ? count : (count + rows - 1) / rows;
  return {static_cast<std::uint32_t>(columns), static_cast<std::uint32_t>(rows < 1 ? 1 : rows), 1};
}

inline std::int64_t divide_up(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

inline std::uint32_t word(std::int64_t value) {
  return static_cast<std::uint32_t>(value);
}

// A number as f32, for uintBitsToFloat().
inline std::uint32_t bits_of(double value) {
  return std::bit_cast<std::uint32_t>(static_cast<float>(value));
}

// Bit i: somebody reads output i.
inline std::uint32_t live_bits(const KernelRequest& request) {
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < request.live.size(); ++i) bits |= (request.live[i] ? 1u : 0u) << i;
  return bits;
}

}  // namespace heed::vulkan

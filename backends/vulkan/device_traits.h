// DeviceTraits: what kernels may know of a device. Plain data, so that kernels are made and tested without
// one.
#pragma once

#include <cstdint>
#include <string>

namespace heed::vulkan {

enum class DeviceKind : std::uint8_t { discrete, integrated, virtual_gpu, cpu, other };

// The small products that a subgroup computes by one instruction; all 0: none.
struct MatrixSizes {
  std::uint32_t rows = 0, columns = 0, inner = 0;

  explicit operator bool() const { return rows > 0; }
};

struct DeviceTraits {
  std::string name;       // "llvmpipe (LLVM 15.0.6, 256 bits)"
  std::string driver;     // "llvmpipe, Mesa 22.3.6"
  std::string cache_key;  // of what its driver compiles: another where the device or the driver is another
  DeviceKind kind = DeviceKind::other;
  std::uint32_t api_version = 0;
  std::uint32_t subgroup_size = 1;
  std::uint32_t most_groups = 65535;  // along each axis of a dispatch
  std::uint32_t most_invocations = 128;
  std::uint32_t shared_memory = 16384;   // bytes
  std::int64_t offset_alignment = 256;   // of a bound range, in bytes
  std::int64_t largest_range = 1 << 27;  // that can be bound, in bytes
  std::int64_t largest_allocation = 1 << 30;
  std::int64_t memory = 0;       // bytes of device-local memory
  double clock_nanoseconds = 0;  // of a tick of its clock; 0: it has none
  bool host_visible = false;     // its own memory can be read and written by the host
  // Of float16 matrices, summed in f32, by VK_KHR_cooperative_matrix, which goes first, and by
  // VK_NV_cooperative_matrix.
  MatrixSizes cooperative_khr, cooperative_nv;
  // No device's: set to 16 x 16 x 16 to try, without the instructions, what surrounds them. Very slow.
  MatrixSizes cooperative_emulated;
  bool preserves_special_values = false;  // signed zeros, infinities and NaN in f32 arithmetic
};

}  // namespace heed::vulkan

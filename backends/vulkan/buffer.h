// Buffer: memory of a device that shaders and copies can use.
#pragma once

#include <cstddef>
#include <memory>

#include <heed/backends/vulkan/device.h>

namespace heed::vulkan {

enum class Home : std::uint8_t { device, host };  // host: mapped, to be written and read by the CPU

class Buffer {
 public:
  // Throws Error when the device has no more, or gives no block as large.
  Buffer(std::shared_ptr<Device> device, std::int64_t bytes, Home home);
  ~Buffer();
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  VkBuffer handle() const { return handle_; }
  std::byte* mapped() const { return mapped_; }  // null where the host cannot reach it

 private:
  void create(std::int64_t bytes, Home home);
  void release();

  std::shared_ptr<Device> device_;
  VkBuffer handle_ = VK_NULL_HANDLE;
  VkDeviceMemory memory_ = VK_NULL_HANDLE;
  std::byte* mapped_ = nullptr;
};

}  // namespace heed::vulkan

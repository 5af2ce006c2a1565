// Transfers: what goes between the host and a device's memory. Where the host cannot reach that, or a device
// may be at work with it, through a staging buffer that stays mapped.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include <heed/backends/vulkan/buffer.h>

namespace heed::vulkan {

class Transfers {
 public:
  explicit Transfers(std::shared_ptr<Device> device);
  ~Transfers();
  Transfers(const Transfers&) = delete;
  Transfers& operator=(const Transfers&) = delete;

  // Copies are collected and done before any work that is submitted after flush().
  void write(std::shared_ptr<const Buffer> to, std::int64_t offset, std::span<const std::byte> bytes);
  void flush();

  // After all work submitted before.
  void read(const Buffer& from, std::int64_t offset, std::span<std::byte> bytes);

 private:
  struct Copy {
    std::shared_ptr<const Buffer> to;
    VkBufferCopy region;
  };
  std::int64_t staging_bytes() const;
  void wait_for_staging();
  void read_part(const Buffer& from, std::int64_t offset, std::span<std::byte> bytes);

  std::shared_ptr<Device> device_;
  std::unique_ptr<Buffer> staging_;  // made when first needed
  VkCommandBuffer commands_ = VK_NULL_HANDLE;
  std::vector<Copy> pending_;
  std::vector<Copy> in_flight_;  // keeps what is written alive until it is
  std::int64_t used_ = 0;        // bytes of the staging buffer that pending copies read
  std::uint64_t submitted_ = 0;  // when the last flush is done
};

}  // namespace heed::vulkan

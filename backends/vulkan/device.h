// Device: an opened device with its queue. Work is submitted in order; a timeline counts what is done.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include <heed/backends/vulkan/instance.h>

namespace heed::vulkan {

class Pipelines;

class Device {
 public:
  // The one open device of this name (see Instance::find), which all backends on it share.
  static std::shared_ptr<Device> open(std::string_view which);

  Device(std::shared_ptr<Instance> instance, const PhysicalDevice& physical);
  ~Device();
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  const DeviceTraits& traits() const { return traits_; }
  VkDevice handle() const { return handle_; }
  Pipelines& pipelines() { return *pipelines_; }

  // A type of memory with all of `wanted`, of those that `allowed` has bits for, and with `preferred` where
  // there is one; throws Error if none has what is wanted.
  std::uint32_t memory_type(std::uint32_t allowed, VkMemoryPropertyFlags wanted,
                            VkMemoryPropertyFlags preferred = 0) const;

  VkCommandBuffer allocate_commands();
  void free_commands(VkCommandBuffer commands);

  // Starts the work and tells what the timeline will count when it is done.
  std::uint64_t submit(std::span<const VkCommandBuffer> commands);
  void wait(std::uint64_t value);
  void wait_for_all() { wait(submitted_); }
  bool is_idle();
  // Waits for all of it, for destructors: of a device that was lost there is nothing to wait for, and no
  // error.
  void settle() noexcept;

 private:
  void create(VkPhysicalDevice physical);
  void destroy();

  std::shared_ptr<Instance> instance_;
  DeviceTraits traits_;
  VkPhysicalDeviceMemoryProperties memory_{};
  VkDevice handle_ = VK_NULL_HANDLE;
  VkQueue queue_ = VK_NULL_HANDLE;
  VkCommandPool pool_ = VK_NULL_HANDLE;
  VkSemaphore timeline_ = VK_NULL_HANDLE;
  std::uint64_t submitted_ = 0;  // what the timeline will count when all is done
  std::uint64_t done_ = 0;       // what it is known to have counted
  std::unique_ptr<Pipelines> pipelines_;
};

}  // namespace heed::vulkan

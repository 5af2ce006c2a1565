// Instance: the Vulkan loader, opened once for the process, and the devices that it knows.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <volk.h>

#include <heed/backends/vulkan/device_traits.h>

namespace heed::vulkan {

struct PhysicalDevice {
  VkPhysicalDevice handle = VK_NULL_HANDLE;
  DeviceTraits traits;
  std::string lacks;  // what it needs and has not; empty: it can be used
};

class Instance {
 public:
  // Throws Error where there is no loader. With HEED_VULKAN_VALIDATION=1 in the environment the validation
  // layer watches, synchronisation included; each of its messages is printed and counted.
  static std::shared_ptr<Instance> get();

  Instance();
  ~Instance();
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  const std::vector<PhysicalDevice>& devices() const { return devices_; }

  // By "" (the best one: a GPU before a CPU), an index, or a part of the name in any case. Throws Error that
  // lists the devices.
  const PhysicalDevice& find(std::string_view which) const;

  std::uint64_t validation_messages() const { return messages_; }
  void count_message() { ++messages_; }

 private:
  void create(bool validate);
  void find_devices();

  VkInstance handle_ = VK_NULL_HANDLE;
  VkDebugUtilsMessengerEXT messenger_ = VK_NULL_HANDLE;
  std::vector<PhysicalDevice> devices_;
  std::atomic<std::uint64_t> messages_ = 0;
};

}  // namespace heed::vulkan

// What a device of Vulkan is and can do.
#pragma once

#include <heed/backends/vulkan/instance.h>

namespace heed::vulkan {

PhysicalDevice describe(VkPhysicalDevice handle);

// Features of a device, as Vulkan reads and writes them: structures that refer to one another, so that they
// must not move.
struct FeatureChain {
  FeatureChain();
  FeatureChain(const FeatureChain&) = delete;
  FeatureChain& operator=(const FeatureChain&) = delete;

  VkPhysicalDeviceVulkan12Features v12{};
  VkPhysicalDeviceVulkan11Features v11{};
  VkPhysicalDeviceFeatures2 all{};
};

// Switches on what heed needs, and what it has a use for where the device has it.
void want_features(const DeviceTraits& traits, FeatureChain& features);

}  // namespace heed::vulkan

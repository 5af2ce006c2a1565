// What a device of Vulkan is and can do.
#pragma once

#include <heed/backends/vulkan/instance.h>

namespace heed::vulkan {

PhysicalDevice describe(VkPhysicalDevice handle);

// The features that heed switches on: those it needs, and those it has a use for where they are there.
// Filled for vkCreateDevice; the structures refer to one another, so that they must not move.
struct Features {
  explicit Features(const DeviceTraits& traits);
  Features(const Features&) = delete;
  Features& operator=(const Features&) = delete;

  VkPhysicalDeviceVulkan12Features v12{};
  VkPhysicalDeviceVulkan11Features v11{};
  VkPhysicalDeviceFeatures2 all{};
};

}  // namespace heed::vulkan

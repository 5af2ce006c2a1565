// Which instructions for small matrices a device has, and what opening it takes to use them. Of Vulkan's two
// extensions, VK_KHR_cooperative_matrix and the older VK_NV_cooperative_matrix, headers and compilers may
// know the latter alone.
#pragma once

#include <vector>

#include <volk.h>

#include <heed/backends/vulkan/device_traits.h>

namespace heed::vulkan {

// Fills in traits.cooperative_khr and cooperative_nv: what the device has and heed has shaders for.
void describe_cooperative_matrices(VkPhysicalDevice device, DeviceTraits& traits);

// Of VkPhysicalDeviceCooperativeMatrixFeatures: those of the two extensions are laid out alike.
struct CooperativeMatrixFeatures {
  VkStructureType type{};
  void* next = nullptr;
  VkBool32 cooperative_matrix = VK_FALSE;
  VkBool32 robust_buffer_access = VK_FALSE;
};

// What a device is opened with. `features` are put in front of `chain`; the result is the new front.
void* want_cooperative_matrices(const DeviceTraits& traits, CooperativeMatrixFeatures& features, void* chain,
                                std::vector<const char*>& extensions);

}  // namespace heed::vulkan

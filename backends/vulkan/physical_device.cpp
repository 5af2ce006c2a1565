#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <heed/backends/vulkan/cooperative_matrix.h>
#include <heed/backends/vulkan/physical_device.h>

namespace heed::vulkan {

namespace {

DeviceKind kind_of(VkPhysicalDeviceType type) {
  switch (type) {
    case VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU:
      return DeviceKind::discrete;
    case VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU:
      return DeviceKind::integrated;
    case VK_PHYSICAL_DEVICE_TYPE_VIRTUAL_GPU:
      return DeviceKind::virtual_gpu;
    case VK_PHYSICAL_DEVICE_TYPE_CPU:
      return DeviceKind::cpu;
    default:
      return DeviceKind::other;
  }
}

struct Properties {
  explicit Properties(VkPhysicalDevice handle) {
    all.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2;
    v11.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_PROPERTIES;
    v12.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_PROPERTIES;
    all.pNext = &v11;
    v11.pNext = &v12;
    vkGetPhysicalDeviceProperties2(handle, &all);
  }
  VkPhysicalDeviceProperties2 all{};
  VkPhysicalDeviceVulkan11Properties v11{};
  VkPhysicalDeviceVulkan12Properties v12{};
};

void describe_memory(VkPhysicalDevice handle, DeviceTraits& traits) {
  VkPhysicalDeviceMemoryProperties memory{};
  vkGetPhysicalDeviceMemoryProperties(handle, &memory);
  for (std::uint32_t i = 0; i < memory.memoryHeapCount; ++i) {
    const VkMemoryHeap& heap = memory.memoryHeaps[i];
    if (heap.flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT)
      traits.memory = std::max(traits.memory, static_cast<std::int64_t>(heap.size));
  }
}

}  // namespace

PhysicalDevice describe(VkPhysicalDevice handle) {
  VkPhysicalDeviceProperties basic{};
  vkGetPhysicalDeviceProperties(handle, &basic);
  PhysicalDevice device;
  device.handle = handle;
  device.traits.name = basic.deviceName;
  device.traits.kind = kind_of(basic.deviceType);
  device.traits.api_version = basic.apiVersion;
  if (basic.apiVersion < VK_API_VERSION_1_2) {
    device.lacks = "Vulkan 1.2";
    return device;
  }
  const Properties properties(handle);
  FeatureChain supported;
  vkGetPhysicalDeviceFeatures2(handle, &supported.all);
  const VkPhysicalDeviceLimits& limits = basic.limits;
  DeviceTraits& traits = device.traits;
  traits.driver = fmt::format("{}, {}", properties.v12.driverName, properties.v12.driverInfo);
  traits.cache_key = fmt::format("{:x}-{:x}-{:x}-{:02x}", basic.vendorID, basic.deviceID, basic.driverVersion,
                                 fmt::join(basic.pipelineCacheUUID, ""));
  traits.subgroup_size = properties.v11.subgroupSize;
  traits.most_groups =
      *std::min_element(limits.maxComputeWorkGroupCount, limits.maxComputeWorkGroupCount + 3);
  traits.most_invocations = limits.maxComputeWorkGroupInvocations;
  traits.shared_memory = limits.maxComputeSharedMemorySize;
  traits.offset_alignment = static_cast<std::int64_t>(limits.minStorageBufferOffsetAlignment);
  traits.largest_range = limits.maxStorageBufferRange;
  traits.largest_allocation = static_cast<std::int64_t>(properties.v11.maxMemoryAllocationSize);
  if (limits.timestampComputeAndGraphics) traits.clock_nanoseconds = limits.timestampPeriod;
  traits.host_visible = traits.kind == DeviceKind::cpu || traits.kind == DeviceKind::integrated;
  if (supported.v12.shaderFloat16 && supported.v12.vulkanMemoryModel)
    describe_cooperative_matrices(handle, traits);
  traits.preserves_special_values = properties.v12.shaderSignedZeroInfNanPreserveFloat32;
  describe_memory(handle, traits);
  const auto need = [&](VkBool32 has, const char* what) {
    if (!has) device.lacks += (device.lacks.empty() ? "" : ", ") + std::string(what);
  };
  need(supported.v12.timelineSemaphore, "timeline semaphores");
  need(supported.v12.storageBuffer8BitAccess, "8-bit storage");
  need(supported.v11.storageBuffer16BitAccess, "16-bit storage");
  return device;
}

FeatureChain::FeatureChain() {
  all.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2;
  v11.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_FEATURES;
  v12.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES;
  all.pNext = &v11;
  v11.pNext = &v12;
}

void want_features(const DeviceTraits& traits, FeatureChain& features) {
  features.v11.storageBuffer16BitAccess = VK_TRUE;
  features.v12.storageBuffer8BitAccess = VK_TRUE;
  features.v12.timelineSemaphore = VK_TRUE;
  const bool cooperative = traits.cooperative_khr || traits.cooperative_nv;
  features.v12.shaderFloat16 = cooperative;
  features.v12.vulkanMemoryModel = cooperative;
}

}  // namespace heed::vulkan

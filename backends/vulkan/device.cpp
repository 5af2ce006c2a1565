#include <limits>
#include <map>

#include <heed/backends/vulkan/check.h>
#include <heed/backends/vulkan/cooperative_matrix.h>
#include <heed/backends/vulkan/device.h>
#include <heed/backends/vulkan/physical_device.h>
#include <heed/backends/vulkan/pipelines.h>
#include <heed/graph/error.h>

namespace heed::vulkan {

namespace {

std::uint32_t compute_family(VkPhysicalDevice physical) {
  std::uint32_t count = 0;
  vkGetPhysicalDeviceQueueFamilyProperties(physical, &count, nullptr);
  std::vector<VkQueueFamilyProperties> families(count);
  vkGetPhysicalDeviceQueueFamilyProperties(physical, &count, families.data());
  for (std::uint32_t i = 0; i < count; ++i) {
    if (families[i].queueFlags & VK_QUEUE_COMPUTE_BIT) return i;
  }
  throw Error("vulkan: the device has no queue for computing");
}

}  // namespace

std::shared_ptr<Device> Device::open(std::string_view which) {
  static std::map<VkPhysicalDevice, std::shared_ptr<Device>> opened;
  const std::shared_ptr<Instance> instance = Instance::get();
  const PhysicalDevice& physical = instance->find(which);
  std::shared_ptr<Device>& device = opened[physical.handle];
  if (!device) device = std::make_shared<Device>(instance, physical);
  return device;
}

Device::Device(std::shared_ptr<Instance> instance, const PhysicalDevice& physical)
    : instance_(std::move(instance)), traits_(physical.traits) {
  vkGetPhysicalDeviceMemoryProperties(physical.handle, &memory_);
  try {
    create(physical.handle);
    pipelines_ = std::make_unique<Pipelines>(handle_, traits_.cache_key);
  } catch (...) {
    destroy();
    throw;
  }
}

void Device::create(VkPhysicalDevice physical) {
  const std::uint32_t family = compute_family(physical);
  const float priority = 1;
  VkDeviceQueueCreateInfo queue{};
  queue.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO;
  queue.queueFamilyIndex = family;
  queue.queueCount = 1;
  queue.pQueuePriorities = &priority;
  FeatureChain features;
  want_features(traits_, features);
  VkDeviceCreateInfo info{};
  info.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO;
  CooperativeMatrixFeatures matrices;
  std::vector<const char*> extensions;
  info.pNext = want_cooperative_matrices(traits_, matrices, &features.all, extensions);
  info.enabledExtensionCount = static_cast<std::uint32_t>(extensions.size());
  info.ppEnabledExtensionNames = extensions.data();
  info.queueCreateInfoCount = 1;
  info.pQueueCreateInfos = &queue;
  check(vkCreateDevice(physical, &info, nullptr, &handle_), "opening " + traits_.name);
  vkGetDeviceQueue(handle_, family, 0, &queue_);

  VkCommandPoolCreateInfo pool{};
  pool.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO;
  pool.flags = VK_COMMAND_POOL_CREATE_RESET_COMMAND_BUFFER_BIT;
  pool.queueFamilyIndex = family;
  check(vkCreateCommandPool(handle_, &pool, nullptr, &pool_), "making a command pool");

  VkSemaphoreTypeCreateInfo type{};
  type.sType = VK_STRUCTURE_TYPE_SEMAPHORE_TYPE_CREATE_INFO;
  type.semaphoreType = VK_SEMAPHORE_TYPE_TIMELINE;
  VkSemaphoreCreateInfo semaphore{};
  semaphore.sType = VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO;
  semaphore.pNext = &type;
  check(vkCreateSemaphore(handle_, &semaphore, nullptr, &timeline_), "making a timeline");
}

Device::~Device() {
  destroy();
}

void Device::destroy() {
  if (!handle_) return;
  settle();
  pipelines_.reset();
  vkDestroySemaphore(handle_, timeline_, nullptr);
  vkDestroyCommandPool(handle_, pool_, nullptr);
  vkDestroyDevice(handle_, nullptr);
}

std::uint32_t Device::memory_type(std::uint32_t allowed, VkMemoryPropertyFlags wanted,
                                  VkMemoryPropertyFlags preferred) const {
  for (const VkMemoryPropertyFlags flags : {wanted | preferred, wanted}) {
    for (std::uint32_t i = 0; i < memory_.memoryTypeCount; ++i) {
      if ((allowed >> i & 1u) && (memory_.memoryTypes[i].propertyFlags & flags) == flags) return i;
    }
  }
  throw Error("vulkan: " + traits_.name + " has no memory of the kind that is needed");
}

VkCommandBuffer Device::allocate_commands() {
  VkCommandBufferAllocateInfo info{};
  info.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO;
  info.commandPool = pool_;
  info.level = VK_COMMAND_BUFFER_LEVEL_PRIMARY;
  info.commandBufferCount = 1;
  VkCommandBuffer commands = VK_NULL_HANDLE;
  check(vkAllocateCommandBuffers(handle_, &info, &commands), "making a command buffer");
  return commands;
}

void Device::free_commands(VkCommandBuffer commands) {
  if (commands) vkFreeCommandBuffers(handle_, pool_, 1, &commands);
}

std::uint64_t Device::submit(std::span<const VkCommandBuffer> commands) {
  const std::uint64_t value = submitted_ + 1;
  VkTimelineSemaphoreSubmitInfo timeline{};
  timeline.sType = VK_STRUCTURE_TYPE_TIMELINE_SEMAPHORE_SUBMIT_INFO;
  timeline.signalSemaphoreValueCount = 1;
  timeline.pSignalSemaphoreValues = &value;
  VkSubmitInfo info{};
  info.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO;
  info.pNext = &timeline;
  info.commandBufferCount = static_cast<std::uint32_t>(commands.size());
  info.pCommandBuffers = commands.data();
  info.signalSemaphoreCount = 1;
  info.pSignalSemaphores = &timeline_;
  check(vkQueueSubmit(queue_, 1, &info, VK_NULL_HANDLE), "starting work on " + traits_.name);
  submitted_ = value;
  return value;
}

void Device::settle() noexcept {
  vkDeviceWaitIdle(handle_);
}

bool Device::is_idle() {
  if (done_ < submitted_) {
    check(vkGetSemaphoreCounterValue(handle_, timeline_, &done_), "asking how far " + traits_.name + " is");
  }
  return done_ == submitted_;
}

void Device::wait(std::uint64_t value) {
  if (value <= done_) return;
  VkSemaphoreWaitInfo info{};
  info.sType = VK_STRUCTURE_TYPE_SEMAPHORE_WAIT_INFO;
  info.semaphoreCount = 1;
  info.pSemaphores = &timeline_;
  info.pValues = &value;
  check(vkWaitSemaphores(handle_, &info, std::numeric_limits<std::uint64_t>::max()),
        "waiting for " + traits_.name);
  done_ = value;
}

}  // namespace heed::vulkan

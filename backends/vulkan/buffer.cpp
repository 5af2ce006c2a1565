#include <fmt/format.h>

#include <heed/backends/vulkan/buffer.h>
#include <heed/backends/vulkan/check.h>
#include <heed/graph/error.h>

namespace heed::vulkan {

Buffer::Buffer(std::shared_ptr<Device> device, std::int64_t bytes, Home home) : device_(std::move(device)) {
  try {
    create(bytes, home);
  } catch (...) {
    release();
    throw;
  }
}

Buffer::~Buffer() {
  release();
}

void Buffer::create(std::int64_t bytes, Home home) {
  const DeviceTraits& traits = device_->traits();
  if (bytes > traits.largest_allocation) {
    throw Error(fmt::format("vulkan: a block of {:.2f} GiB is needed, {} gives none above {:.2f} GiB",
                            static_cast<double>(bytes) / (1 << 30), traits.name,
                            static_cast<double>(traits.largest_allocation) / (1 << 30)));
  }
  VkBufferCreateInfo info{};
  info.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO;
  info.size = static_cast<VkDeviceSize>(bytes);
  info.usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT | VK_BUFFER_USAGE_TRANSFER_SRC_BIT |
               VK_BUFFER_USAGE_TRANSFER_DST_BIT;
  info.sharingMode = VK_SHARING_MODE_EXCLUSIVE;
  check(vkCreateBuffer(device_->handle(), &info, nullptr, &handle_), "making a buffer");

  VkMemoryRequirements needs{};
  vkGetBufferMemoryRequirements(device_->handle(), handle_, &needs);
  VkMemoryPropertyFlags wanted = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT;
  const bool mapped = home == Home::host || traits.host_visible;
  constexpr VkMemoryPropertyFlags reachable =
      VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
  if (home == Home::host) wanted = reachable;
  if (home == Home::device && mapped) wanted |= reachable;
  VkMemoryAllocateInfo allocation{};
  allocation.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO;
  allocation.allocationSize = needs.size;
  // Without a cache the host reads a few bytes at a time.
  const VkMemoryPropertyFlags preferred = home == Home::host ? VK_MEMORY_PROPERTY_HOST_CACHED_BIT : 0;
  allocation.memoryTypeIndex = device_->memory_type(needs.memoryTypeBits, wanted, preferred);
  check(vkAllocateMemory(device_->handle(), &allocation, nullptr, &memory_),
        fmt::format("getting {} bytes of memory", bytes));
  check(vkBindBufferMemory(device_->handle(), handle_, memory_, 0), "giving a buffer its memory");
  if (!mapped) return;
  void* address = nullptr;
  check(vkMapMemory(device_->handle(), memory_, 0, VK_WHOLE_SIZE, 0, &address), "mapping memory");
  mapped_ = static_cast<std::byte*>(address);
}

// Work that uses it may be under way.
void Buffer::release() {
  if (memory_) device_->settle();
  if (handle_) vkDestroyBuffer(device_->handle(), handle_, nullptr);
  if (memory_) vkFreeMemory(device_->handle(), memory_, nullptr);
}

}  // namespace heed::vulkan

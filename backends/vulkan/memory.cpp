#include <algorithm>

#include <heed/backends/vulkan/memory.h>

namespace heed::vulkan {

namespace {

constexpr std::int64_t usual_slab = 64 << 20;
constexpr std::int64_t alignment = 256;  // the largest that a device may ask of what is bound

std::int64_t rounded_up(std::int64_t bytes) {
  return (bytes + alignment - 1) / alignment * alignment;
}

}  // namespace

Slab::Slab(std::shared_ptr<Device> device, std::int64_t bytes)
    : buffer_(std::move(device), bytes, Home::device), free_{{0, bytes}} {}

std::int64_t Slab::take(std::int64_t bytes) {
  for (const auto& [offset, length] : free_) {
    if (length < bytes) continue;
    const std::int64_t taken = offset, left = length - bytes;
    free_.erase(taken);
    if (left > 0) free_[taken + bytes] = left;
    return taken;
  }
  return -1;
}

void Slab::give_back(std::int64_t offset, std::int64_t bytes) {
  const auto after = free_.lower_bound(offset);
  if (after != free_.end() && after->first == offset + bytes) {
    bytes += after->second;
    free_.erase(after);
  }
  const auto next = free_.lower_bound(offset);
  if (next != free_.begin()) {
    const auto before = std::prev(next);
    if (before->first + before->second == offset) {
      before->second += bytes;
      return;
    }
  }
  free_[offset] = bytes;
}

std::int64_t Allocator::largest_block() const {
  return device_->traits().largest_allocation / alignment * alignment - alignment;
}

std::unique_ptr<Allocation> Allocator::allocate(std::int64_t bytes) {
  // An empty tensor at the end is bound all the same, with a few bytes of nothing.
  bytes = rounded_up(bytes + 1);
  std::erase_if(slabs_, [](const std::weak_ptr<Slab>& slab) { return slab.expired(); });
  for (const std::weak_ptr<Slab>& known : slabs_) {
    const std::shared_ptr<Slab> slab = known.lock();
    const std::int64_t offset = slab->take(bytes);
    if (offset >= 0) return std::make_unique<Allocation>(slab, offset, bytes);
  }
  const std::int64_t size = std::max(bytes, std::min(usual_slab, device_->traits().memory / 16));
  const auto slab =
      std::make_shared<Slab>(device_, std::max(bytes, std::min(size, device_->traits().largest_allocation)));
  slabs_.push_back(slab);
  return std::make_unique<Allocation>(slab, slab->take(bytes), bytes);
}

VulkanMemory::VulkanMemory(Allocator& allocator, std::int64_t bytes)
    : Memory(bytes), block_(allocator.largest_block()) {
  std::int64_t left = bytes;
  do {
    const std::int64_t part = std::min(left, block_);
    parts_.push_back(allocator.allocate(part));
    left -= part;
  } while (left > 0);
}

VulkanMemory::Place VulkanMemory::place(std::int64_t offset) const {
  const std::size_t part = std::min(static_cast<std::size_t>(offset / block_), parts_.size() - 1);
  const Allocation& allocation = *parts_[part];
  return {allocation.buffer(), allocation.offset() + offset - static_cast<std::int64_t>(part) * block_};
}

}  // namespace heed::vulkan

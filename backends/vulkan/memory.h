// VulkanMemory: heed's blocks of memory on a device, made of parts of a few large buffers.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include <heed/backends/memory.h>
#include <heed/backends/vulkan/buffer.h>

namespace heed::vulkan {

// A buffer of which ranges are taken and given back.
class Slab {
 public:
  Slab(std::shared_ptr<Device> device, std::int64_t bytes);

  // The offset of a free range, or -1 where none is long enough.
  std::int64_t take(std::int64_t bytes);
  void give_back(std::int64_t offset, std::int64_t bytes);

  const Buffer& buffer() const { return buffer_; }

 private:
  Buffer buffer_;
  std::map<std::int64_t, std::int64_t> free_;  // offset to length; no two touch
};

// A range of a slab for as long as it lives.
class Allocation {
 public:
  Allocation(std::shared_ptr<Slab> slab, std::int64_t offset, std::int64_t bytes)
      : slab_(std::move(slab)), offset_(offset), bytes_(bytes) {}
  ~Allocation() { slab_->give_back(offset_, bytes_); }
  Allocation(const Allocation&) = delete;
  Allocation& operator=(const Allocation&) = delete;

  std::shared_ptr<const Buffer> buffer() const { return {slab_, &slab_->buffer()}; }
  std::int64_t offset() const { return offset_; }

 private:
  std::shared_ptr<Slab> slab_;
  std::int64_t offset_, bytes_;
};

// Gives out ranges of slabs, few of them: devices allow a few thousand allocations, and each costs time.
class Allocator {
 public:
  explicit Allocator(std::shared_ptr<Device> device) : device_(std::move(device)) {}

  // Throws Error when the device has no more, or gives no block as large.
  std::unique_ptr<Allocation> allocate(std::int64_t bytes);

  // No more than this lies in one range.
  std::int64_t largest_block() const;

 private:
  std::shared_ptr<Device> device_;
  std::vector<std::weak_ptr<Slab>> slabs_;
};

// Byte i lies in part i / largest_block().
class VulkanMemory final : public Memory {
 public:
  VulkanMemory(Allocator& allocator, std::int64_t bytes);

  struct Place {
    std::shared_ptr<const Buffer> buffer;
    std::int64_t offset;
  };
  Place place(std::int64_t offset) const;
  std::int64_t block() const { return block_; }

 private:
  std::int64_t block_;
  std::vector<std::unique_ptr<Allocation>> parts_;
};

// Bytes of a memory may lie across several buffers: copy(buffer, offset in it, part of the bytes) for each.
template <typename Bytes, typename Copy>
void for_each_part(const VulkanMemory& memory, std::int64_t offset, Bytes bytes, Copy copy) {
  while (!bytes.empty()) {
    const std::int64_t left = memory.block() - offset % memory.block();
    const std::size_t part = std::min(bytes.size(), static_cast<std::size_t>(left));
    const VulkanMemory::Place place = memory.place(offset);
    copy(place.buffer, place.offset, bytes.first(part));
    offset += static_cast<std::int64_t>(part);
    bytes = bytes.subspan(part);
  }
}

}  // namespace heed::vulkan

// Memory: a block on a device, and Arena, the one block in which all executables of a device run.
#pragma once

#include <cstdint>
#include <memory>

namespace heed {

class Memory {
 public:
  explicit Memory(std::int64_t bytes) : bytes_(bytes) {}
  virtual ~Memory() = default;
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;
  std::int64_t bytes() const { return bytes_; }

 private:
  std::int64_t bytes_;
};

// Offsets and sizes of tensors in memory are multiples of this.
inline constexpr std::int64_t memory_alignment = 64;

constexpr std::int64_t align_up(std::int64_t bytes) {
  return (bytes + memory_alignment - 1) / memory_alignment * memory_alignment;
}

}  // namespace heed

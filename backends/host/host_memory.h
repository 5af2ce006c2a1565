// HostMemory: a block of ordinary memory that counts how often it was written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>

#include <heed/backends/memory.h>

namespace heed::host {

class HostMemory final : public Memory {
 public:
  // Throws std::bad_alloc.
  explicit HostMemory(std::int64_t bytes);
  ~HostMemory() override;

  std::byte* data() const { return data_; }

  // Another number after each change, so that what was derived from the contents can be told to be old.
  std::uint64_t version() const { return version_; }
  void count_change() { ++version_; }

 private:
  std::size_t size_;
  std::align_val_t alignment_;
  std::byte* data_;
  std::uint64_t version_ = 1;
};

}  // namespace heed::host

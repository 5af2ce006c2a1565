#include <algorithm>

#include <sys/mman.h>

#include <heed/backends/host/host_memory.h>

namespace heed::host {

namespace {

constexpr std::size_t huge_page = std::size_t{2} << 20;

}  // namespace

// Large blocks lie on huge pages where the system has them: kernels walk through much memory, and the
// addresses of many small pages have to be looked up again and again.
HostMemory::HostMemory(std::int64_t bytes)
    : Memory(bytes),
      size_(static_cast<std::size_t>(std::max<std::int64_t>(bytes, 1))),
      alignment_{size_ >= huge_page ? huge_page : static_cast<std::size_t>(memory_alignment)},
      data_(static_cast<std::byte*>(::operator new(size_, alignment_))) {
  if (size_ >= huge_page) ::madvise(data_, size_ / huge_page * huge_page, MADV_HUGEPAGE);  // else small ones
}

HostMemory::~HostMemory() {
  ::operator delete(data_, alignment_);
}

}  // namespace heed::host

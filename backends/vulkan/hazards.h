// Hazards: which dispatches must wait for those before, by the byte ranges that they read and write.
#pragma once

#include <cstdint>
#include <vector>

namespace heed::vulkan {

// Bytes [begin, end) of one buffer, known by any number.
struct Access {
  std::uint64_t buffer = 0;
  std::int64_t begin = 0;
  std::int64_t end = 0;
  bool written = false;
};

class Hazards {
 public:
  // Tells of the next dispatch. Whether a barrier must come before it; if so, nothing before counts any more.
  bool next(const std::vector<Access>& accesses);

 private:
  bool conflicts(const Access& access) const;
  std::vector<Access> since_barrier_;
};

}  // namespace heed::vulkan

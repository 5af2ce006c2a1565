#include <algorithm>

#include <heed/backends/vulkan/hazards.h>

namespace heed::vulkan {

bool Hazards::conflicts(const Access& access) const {
  return std::ranges::any_of(since_barrier_, [&](const Access& before) {
    return before.buffer == access.buffer && (before.written || access.written) &&
           before.begin < access.end && access.begin < before.end;
  });
}

bool Hazards::next(const std::vector<Access>& accesses) {
  const bool waits =
      std::ranges::any_of(accesses, [this](const Access& access) { return conflicts(access); });
  if (waits) since_barrier_.clear();
  since_barrier_.insert(since_barrier_.end(), accesses.begin(), accesses.end());
  return waits;
}

}  // namespace heed::vulkan

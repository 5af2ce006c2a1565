#include "../backends/check_optimized.h"
#include "checks.h"
#include <fmt/format.h>

namespace heed::test {

std::string check_random_graphs(const std::shared_ptr<Backend>& backend, std::uint32_t count) {
  for (std::uint32_t seed = 1; seed <= count; ++seed) {
    const std::string fault = difference_when_optimized(seed, backend);
    if (!fault.empty()) return fmt::format("graph {}: {}", seed, fault);
  }
  return {};
}

}  // namespace heed::test

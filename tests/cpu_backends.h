// The backends that every machine has.
#pragma once

#include <string>
#include <vector>

#include <heed/backends/backend.h>

namespace heed::test {

inline std::vector<std::string> cpu_backends() {
  std::vector<std::string> names = backend_names();
  std::erase(names, "vulkan");
  return names;
}

}  // namespace heed::test

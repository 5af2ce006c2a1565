// The caller's own lines, as messages of errors name them.
#pragma once

#include <string>

#include "../message_of.h"
#include <fmt/format.h>

#include <heed/graph/tensor.h>

namespace heed::test {

// "path/of/this_file.cpp:12": the caller's line, or `after` lines further down.
inline std::string here(int after = 0, Where where = Where::current()) {
  return fmt::format("{}:{}", where.file, static_cast<int>(where.line) + after);
}

}  // namespace heed::test

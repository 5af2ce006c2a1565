// What must hold for whatever bytes a target was given.
#pragma once

#include <fmt/format.h>

#include <heed/graph/error.h>

namespace heed::fuzz {

inline void require(bool holds, const char* what) {
  if (!holds) throw InternalError(fmt::format("this must hold: {}", what));
}

}  // namespace heed::fuzz

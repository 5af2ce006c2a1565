// Where: a line of the user's program. std::source_location would serve, but not every compiler that builds
// heed has it.
#pragma once

namespace heed {

struct Where {
  const char* file = "";
  unsigned line = 0;

  // As a default argument: the place of the call, whatever stands between them in further default arguments.
  static constexpr Where current(const char* file = __builtin_FILE(), unsigned line = __builtin_LINE()) {
    return {file, line};
  }
};

}  // namespace heed

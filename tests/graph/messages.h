// Messages of errors, with the caller's own lines in them.
#pragma once

#include <string>

#include <fmt/format.h>

#include <heed/graph/error.h>
#include <heed/graph/tensor.h>

namespace heed::test {

// What an action complains about, or "no error".
template <typename Action>
std::string message_of(Action action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

// "path/of/this_file.cpp:12": the caller's line, or `after` lines further down.
inline std::string here(int after = 0, Where where = Where::current()) {
  return fmt::format("{}:{}", where.file_name(), static_cast<int>(where.line()) + after);
}

}  // namespace heed::test

// message_of: what an action complains about.
#pragma once

#include <string>

#include <heed/graph/error.h>

namespace heed::test {

// The text of the heed::Error that `action` throws, or "no error".
template <typename Action>
std::string message_of(Action action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace heed::test

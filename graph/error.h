// The exceptions of heed. Every misuse (shapes, files, flags, missing devices) arrives as heed::Error.
#pragma once

#include <stdexcept>
#include <string>

namespace heed {

// Something the caller can put right. what() says what was wrong, where, and what would be right.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// An op was applied to tensors it cannot take. Thrown at the line of the user's call.
class ShapeError : public Error {
 public:
  using Error::Error;
};

// A broken promise inside heed itself: never the caller's fault.
class InternalError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

}  // namespace heed

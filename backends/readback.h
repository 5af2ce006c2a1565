// Readback: values that a backend hands to the host again and again, such as an executable's fetches.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <heed/backends/memory.h>

namespace heed {

class Readback {
 public:
  struct Part {
    const Memory* from = nullptr;
    std::int64_t offset = 0;  // in bytes
    std::span<std::byte> to;
  };

  virtual ~Readback() = default;
  // Asks for what the parts hold once all that was started before is done, whatever is run or written after.
  virtual void start() = 0;
  // Waits until what start() asked for last has arrived, and puts it where each part wants it.
  virtual void finish() = 0;
};

}  // namespace heed

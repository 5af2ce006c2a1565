// RunObserver: looks on while a program runs, step by step. For profiles, and for finding mistakes.
#pragma once

#include <cstddef>

namespace heed {

class RunObserver {
 public:
  virtual ~RunObserver() = default;
  virtual void before_step(std::size_t step) = 0;
  virtual void after_step(std::size_t step) = 0;
};

}  // namespace heed

// RunObserver: looks on while a program runs, step by step. For profiles, and for finding mistakes.
#pragma once

#include <cstddef>

namespace heed {

class RunObserver {
 public:
  virtual ~RunObserver() = default;
  virtual void before_step(std::size_t step) = 0;
  virtual void after_step(std::size_t step) = 0;

  // Whether memory must be as it was before and after each step when it is told. If not, a backend whose
  // device has a clock of its own may run all steps at once and tell afterwards what each took: it began
  // `ago` seconds before now.
  virtual bool looks_at_memory() const { return true; }
  virtual void step_took(std::size_t /*step*/, double /*ago*/, double /*seconds*/) {}
};

}  // namespace heed

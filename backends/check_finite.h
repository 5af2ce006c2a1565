// Looking for the op that first computed a NaN or an infinity.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include <heed/backends/plan.h>
#include <heed/backends/run_observer.h>
#include <heed/graph/error.h>

namespace heed {

// A fetch or an updated variable is not finite. what() names the op it comes from, its line, and whether it
// belongs to the forward computation or to the gradient of which op.
class NonFiniteError : public Error {
 public:
  using Error::Error;
};

// Watches the values of every step. Made for a plan that was not optimised, so that a step is one op.
class FiniteCheck final : public RunObserver {
 public:
  // Reads the bytes of a planned tensor's storage from the tensor's first element on.
  using Read = std::function<void(int tensor, std::span<std::byte> bytes)>;
  FiniteCheck(const Plan& plan, Read read);

  void before_step(std::size_t step) override;
  void after_step(std::size_t step) override;
  // Throws NonFiniteError.
  void end_run();

 private:
  enum Found : unsigned char { finite = 0, infinity = 1, nan = 2 };
  struct StepState {
    std::vector<Found> inputs, outputs;
  };

  Found look_at(int tensor);
  const Storage& storage_of(int tensor) const;
  int writer_before(int tensor, int step) const;
  void trace(int tensor, int before, Found found) const;
  static std::string name_of(Found found);
  [[noreturn]] void report(int step) const;
  [[noreturn]] void report_source(int tensor, Found found) const;

  const Plan& plan_;
  Read read_;
  std::vector<StepState> steps_;
  std::vector<std::byte> buffer_;
};

}  // namespace heed

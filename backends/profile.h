// Profile: how long each step of a plan took, run by run.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <heed/backends/plan.h>
#include <heed/backends/run_observer.h>

namespace heed {

class Profile final : public RunObserver {
 public:
  explicit Profile(std::size_t steps);

  void begin_run() { ++runs_; }
  void before_step(std::size_t step) override;
  void after_step(std::size_t step) override;
  bool looks_at_memory() const override { return false; }
  void step_took(std::size_t step, double ago, double seconds) override;

  struct Event {
    std::size_t step = 0;
    double begin = 0, seconds = 0;  // since the profile began
  };
  const std::vector<Event>& events() const { return events_; }  // of the first runs; the rest is only summed
  const std::vector<double>& step_seconds() const { return seconds_; }  // summed over all runs, by step
  std::size_t runs() const { return runs_; }

 private:
  void add(std::size_t step, double begin, double seconds);

  using Clock = std::chrono::steady_clock;
  Clock::time_point start_ = Clock::now(), step_start_{};
  std::vector<Event> events_;
  std::vector<double> seconds_;
  std::size_t runs_ = 0;
};

// The events in the format that Perfetto and chrome://tracing read: for each its op, source lines, scope,
// kernel, bytes and FLOPs. `backend` names the kernels.
std::string to_chrome_trace(const Plan& plan, const Profile& profile, const std::string& backend);

}  // namespace heed

// How heed-bench takes times and prints what it measured.
#pragma once

#include <chrono>
#include <functional>
#include <vector>

#include <nlohmann/json.hpp>

namespace heed::bench {

// Of several repetitions of the same work.
struct Timing {
  double median = 0, best = 0;  // seconds
};

Timing timing_of(std::vector<double> seconds);  // of at least one repetition

// Runs `work` `warmup` times, then `repetitions` times on the clock.
Timing time_runs(int warmup, int repetitions, const std::function<void()>& work);

// The most memory that the process has held so far.
double resident_peak_mib();

// As JSON, or a line for each entry.
void print_result(const nlohmann::json& result, bool json);

}  // namespace heed::bench

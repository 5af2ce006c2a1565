#include "timing.h"

#include <algorithm>

#include <fmt/format.h>
#include <sys/resource.h>

namespace heed::bench {

Timing time_runs(int warmup, int repetitions, const std::function<void()>& work) {
  for (int i = 0; i < warmup; ++i) work();
  std::vector<double> seconds;
  for (int i = 0; i < repetitions; ++i) {
    const auto before = std::chrono::steady_clock::now();
    work();
    seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - before).count());
  }
  return timing_of(std::move(seconds));
}

Timing timing_of(std::vector<double> seconds) {
  std::ranges::sort(seconds);
  return {seconds[seconds.size() / 2], seconds.front()};
}

double resident_peak_mib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

void print_result(const nlohmann::json& result, bool json) {
  if (json) {
    fmt::print("{}\n", result.dump(2));
    return;
  }
  for (const auto& [name, value] : result.items()) {
    if (!value.is_object()) fmt::print("{:<20} {}\n", name, value.dump());
  }
}

}  // namespace heed::bench

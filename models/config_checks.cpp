#include <fmt/format.h>

#include <heed/graph/error.h>
#include <heed/models/config_checks.h>

namespace heed {

void ConfigChecks::at_least_one(std::string_view field, std::int64_t value) const {
  if (value < 1) throw Error(fmt::format("{}'s {} is at least 1, not {}", model_, field, value));
}

void ConfigChecks::not_negative(std::string_view field, std::int64_t value) const {
  if (value < 0) throw Error(fmt::format("{}'s {} is at least 0, not {}", model_, field, value));
}

void ConfigChecks::rate(std::string_view field, double value) const {
  if (value >= 0 && value < 1) return;
  throw Error(fmt::format("{}'s {} is at least 0 and below 1, not {}", model_, field, value));
}

}  // namespace heed

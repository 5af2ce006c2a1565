// What sizes and rates of models must be, with one message for all of them.
#pragma once

#include <cstdint>
#include <string_view>

namespace heed {

class ConfigChecks {
 public:
  explicit ConfigChecks(std::string_view model) : model_(model) {}  // "a Transformer"

  // Each throws Error, naming the model, the field and its value.
  void at_least_one(std::string_view field, std::int64_t value) const;
  void not_negative(std::string_view field, std::int64_t value) const;
  void rate(std::string_view field, double value) const;  // at least 0 and below 1

 private:
  std::string_view model_;
};

}  // namespace heed

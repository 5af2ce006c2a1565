// Initializer: how a variable gets its first value, as data. The value is a function of the seed and the
// variable's full name alone, so that the order in which variables are made never matters.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <heed/graph/array.h>

namespace heed {

struct Initializer {
  enum class Kind : std::uint8_t { constant, uniform, normal, orthogonal, array };

  Kind kind = Kind::constant;
  double a = 0;                         // constant: the value; uniform: lower end; normal: mean
  double b = 0;                         // uniform: upper end; normal: standard deviation
  std::shared_ptr<const Array> values;  // array: the values themselves

  friend bool operator==(const Initializer& left, const Initializer& right);
};

Initializer constant_of(double value);
inline Initializer zeros() {
  return constant_of(0);
}
inline Initializer ones() {
  return constant_of(1);
}
Initializer uniform_between(double low, double high);
Initializer normal_with(double mean, double standard_deviation);
Initializer values_of(Array values);

// For matrices [n, k n]: k orthogonal matrices side by side, each drawn evenly from all there are.
Initializer orthogonal();

// Glorot and Bengio 2010: uniform in [-a, a], a = sqrt(6 / (fan_in + fan_out)).
Initializer glorot_uniform(std::int64_t fan_in, std::int64_t fan_out);

std::string to_string(const Initializer& initializer);

}  // namespace heed

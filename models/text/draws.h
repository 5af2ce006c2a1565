// Draws: the same whole numbers for the same seed on every machine. Knows nothing of what is drawn.
#pragma once

#include <cstdint>
#include <span>
#include <utility>

namespace heed {

// SplitMix64 (Steele, Lea, Flood 2014): a counter and a mixing function. The standard library's
// distributions give other numbers on other platforms, and so may not be used where runs must repeat.
class Draws {
 public:
  explicit Draws(std::uint64_t seed) : state_(seed) {}

  // A generator of its own for each pair of numbers, such as (seed, epoch).
  Draws(std::uint64_t seed, std::uint64_t stream);

  std::uint64_t next();
  std::uint64_t below(std::uint64_t count);                   // uniform in [0, count); count > 0
  std::int64_t between(std::int64_t low, std::int64_t high);  // uniform in [low, high]

 private:
  std::uint64_t state_;
};

// Fisher and Yates: every order is equally likely.
template <typename T>
void shuffle(std::span<T> values, Draws& draws) {
  for (std::size_t left = values.size(); left > 1; --left) {
    std::swap(values[left - 1], values[draws.below(left)]);
  }
}

}  // namespace heed

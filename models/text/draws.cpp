#include <heed/models/text/draws.h>

namespace heed {

Draws::Draws(std::uint64_t seed, std::uint64_t stream) : state_(seed) {
  state_ = next() ^ stream;
  state_ = next();
}

std::uint64_t Draws::next() {
  state_ += 0x9E3779B97F4A7C15u;
  std::uint64_t mixed = state_;
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9u;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
  return mixed ^ (mixed >> 31);
}

std::uint64_t Draws::below(std::uint64_t count) {
  // 2^64 modulo count: the draws below it would make the first remainders likelier than the rest.
  const std::uint64_t uneven = (0 - count) % count;
  std::uint64_t drawn = next();
  while (drawn < uneven) drawn = next();
  return drawn % count;
}

std::int64_t Draws::between(std::int64_t low, std::int64_t high) {
  return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low) + 1));
}

}  // namespace heed

// Philox 4x32-10, the counter-based generator of Salmon et al. 2011, "Parallel random numbers: as easy as
// 1, 2, 3". A pure function: equal counters give equal bits on every machine and thread count.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace heed {

using PhiloxCounter = std::array<std::uint32_t, 4>;
using PhiloxKey = std::array<std::uint32_t, 2>;

inline constexpr std::uint32_t philox_multipliers[2] = {0xD2511F53u, 0xCD9E8D57u};
inline constexpr std::uint32_t philox_weyl[2] = {0x9E3779B9u, 0xBB67AE85u};
inline constexpr int philox_rounds = 10;

constexpr PhiloxCounter philox(PhiloxCounter counter, PhiloxKey key) {
  for (int round = 0; round < philox_rounds; ++round) {
    const std::uint64_t low = std::uint64_t{philox_multipliers[0]} * counter[0];
    const std::uint64_t high = std::uint64_t{philox_multipliers[1]} * counter[2];
    counter = {static_cast<std::uint32_t>(high >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(high),
               static_cast<std::uint32_t>(low >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(low)};
    key = {key[0] + philox_weyl[0], key[1] + philox_weyl[1]};
  }
  return counter;
}

// FNV-1a: streams are named by text, so that names and not the order of building decide.
constexpr std::uint32_t stream_of(std::string_view name) {
  std::uint32_t hash = 2166136261u;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  return hash;
}

}  // namespace heed

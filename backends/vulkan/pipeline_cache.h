// What a driver has compiled, kept on disk from one run to the next.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace heed::vulkan {

// Where the caches lie: HEED_VULKAN_CACHE if it is set, else $XDG_CACHE_HOME/heed or ~/.cache/heed. Empty:
// nowhere (HEED_VULKAN_CACHE is "off", or there is no home).
std::filesystem::path cache_directory();

// The contents of a cache file, or nothing where there is none, it was cut off or changed, or it is of
// another driver: `key` names the device, the driver and its version.
std::vector<std::byte> read_cache(const std::filesystem::path& file, const std::string& key);

// Writes it whole or not at all. Failing is no error: the next run compiles again.
void write_cache(const std::filesystem::path& file, const std::string& key,
                 const std::vector<std::byte>& contents);

}  // namespace heed::vulkan

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <span>

#include <fmt/format.h>
#include <unistd.h>

#include <heed/backends/vulkan/pipeline_cache.h>

namespace heed::vulkan {

namespace fs = std::filesystem;

namespace {

std::uint64_t hash_of(const std::byte* bytes, std::size_t count) {  // FNV-1a
  std::uint64_t hash = 14695981039346656037u;
  for (std::size_t i = 0; i < count; ++i)
    hash = (hash ^ static_cast<std::uint64_t>(bytes[i])) * 1099511628211u;
  return hash;
}

// The first line of a file: what it is, of which driver, how long and with which hash.
std::string header_of(const std::string& key, const std::vector<std::byte>& contents) {
  return fmt::format("heed pipelines 1 {} {} {:016x}\n", key, contents.size(),
                     hash_of(contents.data(), contents.size()));
}

}  // namespace

fs::path cache_directory() {
  if (const char* set = std::getenv("HEED_VULKAN_CACHE")) return std::strcmp(set, "off") == 0 ? "" : set;
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache && *cache) return fs::path(cache) / "heed";
  if (const char* home = std::getenv("HOME"); home && *home) return fs::path(home) / ".cache" / "heed";
  return {};
}

std::vector<std::byte> read_cache(const fs::path& file, const std::string& key) {
  std::ifstream in(file, std::ios::binary);
  std::string header;
  if (!std::getline(in, header)) return {};
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const std::span bytes = std::as_bytes(std::span(text));
  const std::vector<std::byte> contents(bytes.begin(), bytes.end());
  if (header + "\n" != header_of(key, contents)) return {};
  return contents;
}

void write_cache(const fs::path& file, const std::string& key, const std::vector<std::byte>& contents) {
  std::error_code ignored;
  fs::create_directories(file.parent_path(), ignored);
  const fs::path part = fmt::format("{}.{}", file.string(), getpid());
  {
    std::ofstream out(part, std::ios::binary);
    const std::string header = header_of(key, contents);
    out.write(header.data(), static_cast<std::streamsize>(header.size()));
    out.write(reinterpret_cast<const char*>(contents.data()), static_cast<std::streamsize>(contents.size()));
    out.close();
    if (out) {
      fs::rename(part, file, ignored);
      if (!ignored) return;
    }
  }
  fs::remove(part, ignored);
}

}  // namespace heed::vulkan

// Compiled pipelines on disk.
#include <fstream>

#include "../models/temporary_directory.h"
#include <doctest/doctest.h>

#include <heed/backends/vulkan/pipeline_cache.h>

using namespace heed::vulkan;

namespace {

using Bytes = std::vector<std::byte>;

const Bytes contents{std::byte{1}, std::byte{0}, std::byte{10}, std::byte{255}};

}  // namespace

TEST_CASE("a cache is read back by the driver that wrote it, and by no other") {
  const TemporaryDirectory directory;
  const std::filesystem::path file = directory.file("new/folder/device.bin");
  CHECK(read_cache(file, "driver 1").empty());
  write_cache(file, "driver 1", contents);
  CHECK(read_cache(file, "driver 1") == contents);
  CHECK(read_cache(file, "driver 2").empty());
  write_cache(file, "driver 2", {});
  CHECK(read_cache(file, "driver 1").empty());
}

TEST_CASE("a cache that was cut off or changed is no cache") {
  const TemporaryDirectory directory;
  const std::filesystem::path file = directory.file("device.bin");
  write_cache(file, "driver", contents);
  const auto whole = std::filesystem::file_size(file);
  for (std::uintmax_t size = 0; size < whole; ++size) {
    write_cache(file, "driver", contents);
    std::filesystem::resize_file(file, size);
    CAPTURE(size);
    CHECK(read_cache(file, "driver").empty());
  }
  write_cache(file, "driver", contents);
  std::fstream(file, std::ios::in | std::ios::out | std::ios::binary)
      .seekp(static_cast<std::streamoff>(whole - 1))
      .put('x');
  CHECK(read_cache(file, "driver").empty());
}

TEST_CASE("a cache that cannot be written is no error") {
  write_cache("/proc/heed/device.bin", "driver", contents);
  CHECK(read_cache("/proc/heed/device.bin", "driver").empty());
}

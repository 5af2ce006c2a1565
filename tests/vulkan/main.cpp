// Runs the cases of a test program that needs a device of Vulkan. Where there is none it says so and skips
// them all; where the validation layer watches, each of its messages is a failure.
#define DOCTEST_CONFIG_IMPLEMENT
#include <cstdio>
#include <cstring>

#include <doctest/doctest.h>

#include <heed/backends/vulkan/vulkan_backend.h>
#include <heed/graph/error.h>

namespace {

constexpr int skipped = 77;  // as told to ctest

bool only_lists(int argc, char** argv) {
  for (int i = 1; i < argc; ++i)
    if (std::strncmp(argv[i], "--list", 6) == 0) return true;
  return false;
}

bool has_device() {
  try {
    heed::open_backend("vulkan");
    return true;
  } catch (const heed::Error& error) {
    std::printf("skipped: %s\n", error.what());
    return false;
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (only_lists(argc, argv)) return doctest::Context(argc, argv).run();
  if (!has_device()) return skipped;
  const int status = doctest::Context(argc, argv).run();
  const auto messages = heed::vulkan::validation_messages();
  if (messages == 0) return status;
  std::printf("%llu messages of the validation layer\n", static_cast<unsigned long long>(messages));
  return 1;
}

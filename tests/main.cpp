// Runs the cases of a test program. Where HEED_MAX_ISA asks for more than the processor has, they would only
// be run once more as they are without it: then the program says so and skips them all.
#define DOCTEST_CONFIG_IMPLEMENT
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include <doctest/doctest.h>
#ifdef HEED_HAS_ONEDNN
#include <heed/backends/onednn/instruction_set.h>
#endif

namespace {

constexpr int skipped = 77;  // as told to ctest

bool lacks_instructions() {
#ifdef HEED_HAS_ONEDNN
  constexpr std::array<std::string_view, 4> from_worst{"sse4", "avx2", "avx512", "amx"};
  const char* wanted = std::getenv("HEED_MAX_ISA");
  if (!wanted) return false;
  const std::string& used = heed::onednn::instruction_set();
  if (std::ranges::find(from_worst, used) >= std::ranges::find(from_worst, wanted)) return false;
  std::printf("skipped: the best of this processor is %s, not %s\n", used.c_str(), wanted);
  return true;
#else
  return false;
#endif
}

}  // namespace

int main(int argc, char** argv) {
  if (lacks_instructions()) return skipped;
  return doctest::Context(argc, argv).run();
}

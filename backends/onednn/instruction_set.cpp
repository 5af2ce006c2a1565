#include <array>
#include <cstdlib>
#include <string_view>

#include <fmt/format.h>
#include <hwy/targets.h>
#include <oneapi/dnnl/dnnl.h>

#include <heed/backends/onednn/instruction_set.h>
#include <heed/backends/onednn/tile_registers.h>
#include <heed/graph/error.h>

namespace heed::onednn {

namespace {

constexpr std::string_view tiles = "amx";

#if HWY_ARCH_X86

struct Level {
  std::string_view name;
  std::int64_t target;  // Highway's: better targets have smaller numbers
  dnnl_cpu_isa_t most;  // oneDNN's
};

constexpr std::array<Level, 4> levels = {{{"sse4", HWY_SSE4, dnnl_cpu_isa_sse41},
                                          {"avx2", HWY_AVX2, dnnl_cpu_isa_avx2},
                                          {"avx512", HWY_AVX3, dnnl_cpu_isa_avx512_core},
                                          {tiles, HWY_AVX3, dnnl_cpu_isa_avx512_core_amx}}};

void cap(std::string_view wanted) {
  for (const Level& level : levels) {
    if (level.name != wanted) continue;
    if (dnnl_set_max_cpu_isa(level.most) != dnnl_success)
      throw Error(fmt::format(
          "HEED_MAX_ISA={} comes too late: this process has used oneDNN before it opened the backend",
          wanted));
    hwy::DisableTargets(level.target - 1);
    return;
  }
  throw Error(fmt::format("HEED_MAX_ISA is \"{}\"; it can be sse4, avx2, avx512 or amx", wanted));
}

std::string widest(bool with_tiles) {
  for (auto level = levels.rbegin(); level != levels.rend(); ++level) {
    if (level->name == tiles && !(with_tiles && machine_has_tiles())) continue;
    if (hwy::SupportedTargets() & level->target) return std::string(level->name);
  }
  return "sse4";  // the least that this backend is compiled for
}

#else

void cap(std::string_view wanted) {
  throw Error(fmt::format("HEED_MAX_ISA is \"{}\", but only x86 processors can be capped: unset it", wanted));
}

std::string widest(bool) {
  return hwy::TargetName(hwy::SupportedTargets() & -hwy::SupportedTargets());
}

#endif

std::string choose() {
  const char* wanted = std::getenv("HEED_MAX_ISA");
  if (!wanted || !*wanted) return widest(true);
  cap(wanted);
  return widest(wanted == tiles);
}

}  // namespace

const std::string& instruction_set() {
  static const std::string chosen = choose();
  return chosen;
}

bool may_use_tiles() {
  return instruction_set() == tiles;
}

}  // namespace heed::onednn

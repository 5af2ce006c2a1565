#include <hwy/base.h>
#include <hwy/targets.h>

#include <heed/backends/onednn/tile_registers.h>

#if HWY_ARCH_X86_64 && defined(__linux__)

#include <cstdint>

#include <cpuid.h>
#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace heed::onednn {

namespace {

bool processor_has_tiles() {
  constexpr unsigned bf16 = 1u << 22, tiles = 1u << 24;  // of leaf 7's edx
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return false;
  return (d & bf16) != 0 && (d & tiles) != 0 && (hwy::SupportedTargets() & HWY_AVX3) != 0;
}

// Linux keeps room for the registers' contents, 8 KiB a thread, only for processes that ask for it.
bool system_allows_tiles() {
  constexpr long request = 0x1023, tile_data = 18;  // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA
  return syscall(SYS_arch_prctl, request, tile_data) == 0;
}

struct alignas(64) Configuration {
  std::uint8_t palette = 1, first_row = 0;
  std::uint8_t reserved[14] = {};
  std::uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  std::uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};

HWY_PUSH_ATTRIBUTES("amx-tile")

void configure() {
  static constexpr Configuration configuration;
  _tile_loadconfig(&configuration);
}

void release() {
  _tile_release();
}

HWY_POP_ATTRIBUTES

}  // namespace

bool machine_has_tiles() {
  static const bool has = processor_has_tiles() && system_allows_tiles();
  return has;
}

TileRegisters::TileRegisters() {
  configure();
}

TileRegisters::~TileRegisters() {
  release();
}

}  // namespace heed::onednn

#else

namespace heed::onednn {

bool machine_has_tiles() {
  return false;
}

TileRegisters::TileRegisters() = default;
TileRegisters::~TileRegisters() = default;

}  // namespace heed::onednn

#endif

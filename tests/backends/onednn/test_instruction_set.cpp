#include <cstdlib>
#include <string>

#include <doctest/doctest.h>
#include <hwy/targets.h>
#include <oneapi/dnnl/dnnl.h>

#include <heed/backends/backend.h>
#include <heed/backends/onednn/instruction_set.h>

using namespace heed;

#if HWY_ARCH_X86
TEST_CASE("heed's and oneDNN's kernels both use the instruction set that is named, and no better one") {
  const std::string used = open_backend("onednn")->description();
  CAPTURE(used);
  CHECK(used.find("CPU with " + onednn::instruction_set()) == 0);
  if (const char* wanted = std::getenv("HEED_MAX_ISA"))
    CHECK(onednn::instruction_set() == std::string(wanted));
  const dnnl_cpu_isa_t most = dnnl_get_effective_cpu_isa();
  if (onednn::instruction_set() == "sse4") {
    CHECK((hwy::SupportedTargets() & (HWY_SSE4 - 1)) == 0);
    CHECK(most == dnnl_cpu_isa_sse41);
  } else if (onednn::instruction_set() == "avx2") {
    CHECK((hwy::SupportedTargets() & (HWY_AVX2 - 1)) == 0);
    CHECK((most & ~dnnl_cpu_isa_avx2_vnni) == 0);
  } else {
    CHECK((onednn::instruction_set() == "avx512" || onednn::may_use_tiles()));
    CHECK((most & dnnl_cpu_isa_avx512_core) == dnnl_cpu_isa_avx512_core);
    const bool with_tiles = (most & dnnl_cpu_isa_avx512_core_amx) == dnnl_cpu_isa_avx512_core_amx;
    CHECK(with_tiles == onednn::may_use_tiles());
  }
}
#endif

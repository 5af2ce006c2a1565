#include "gemm_peak.h"

#ifdef HEED_HAS_ONEDNN
#include <vector>

#include "timing.h"

#include <heed/backends/host/signal_block.h>
#include <heed/backends/onednn/sgemm.h>
#include <heed/backends/thread_pool.h>
#endif

namespace heed::bench {

#ifdef HEED_HAS_ONEDNN

double gemm_peak_gflops(int threads) {
  constexpr std::int64_t rows = 1024, columns = 2048, inner = 512;
  const std::vector<float> a(rows * inner, 0.5f), b(inner * columns, 0.25f);
  std::vector<float> c(rows * columns);
  ThreadPool pool(threads);
  const std::int64_t part = (rows + pool.threads() - 1) / pool.threads();
  const host::SignalBlock held_back;
  const Timing timing = time_runs(3, 20, [&] {
    pool.run(pool.threads(), [&](std::int64_t piece, int) {
      const std::int64_t first = piece * part, count = std::min(part, rows - first);
      if (count <= 0) return;
      onednn::sgemm({count, columns, inner}, 1, {a.data() + first * inner, inner}, {b.data(), columns}, 0,
                    c.data() + first * columns, columns);
    });
  });
  return 2.0 * rows * columns * inner / timing.best / 1e9;
}

#else

double gemm_peak_gflops(int) {
  return 0;
}

#endif

}  // namespace heed::bench

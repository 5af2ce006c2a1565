#include "gemm_peak.h"

#ifdef HEED_HAS_ONEDNN
#include <cstring>
#include <memory>
#include <vector>

#include "timing.h"

#include <heed/backends/host/host_memory.h>
#include <heed/backends/host/signal_block.h>
#include <heed/backends/onednn/narrow_product.h>
#include <heed/backends/onednn/sgemm.h>
#include <heed/backends/thread_pool.h>
#endif

namespace heed::bench {

#ifdef HEED_HAS_ONEDNN

namespace {

constexpr std::int64_t rows = 1024, columns = 2048, inner = 512;

double rate(const Timing& timing) {
  return 2.0 * rows * columns * inner / timing.best / 1e9;
}

}  // namespace

double gemm_peak_gflops(int threads) {
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
  return rate(timing);
}

double bf16_gemm_peak_gflops(int threads) {
  const auto dense = [](DType dtype, const Shape& shape) {
    return TensorLayout{{dtype, shape}, dense_strides(shape)};
  };
  const TensorLayout operands[] = {dense(DType::bf16, {rows, inner}), dense(DType::bf16, {inner, columns})};
  const TensorLayout result[] = {dense(DType::f32, {rows, columns})};
  ThreadPool pool(threads);
  const Matmul product(false, false, true);
  const auto kernel = onednn::make_narrow_product(product, {operands, result, {true}, pool.threads()});
  if (!kernel) return 0;
  const auto block = [](std::int64_t bytes) {
    auto memory = std::make_unique<host::HostMemory>(bytes);
    std::memset(memory->data(), 0x3c, static_cast<std::size_t>(bytes));
    return memory;
  };
  const auto a = block(2 * rows * inner), b = block(2 * inner * columns), out = block(4 * rows * columns);
  const auto scratch = block(kernel->scratch_bytes);
  std::byte* const inputs[] = {a->data(), b->data()};
  std::byte* const outputs[] = {out->data()};
  const host::SignalBlock held_back;
  return rate(time_runs(3, 20, [&] { kernel->run({inputs, outputs, scratch->data(), pool}); }));
}

#else

double gemm_peak_gflops(int) {
  return 0;
}

double bf16_gemm_peak_gflops(int) {
  return 0;
}

#endif

}  // namespace heed::bench

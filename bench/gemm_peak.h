// What the processor can do: the yardstick for efficiency.
#pragma once

namespace heed::bench {

// The rate of the best of 20 float32 products 1024 x 2048 x 512 by oneDNN, rows shared by `threads` threads
// (0: as many as the process may use), in GFLOP/s. 0 where heed was built without oneDNN.
double gemm_peak_gflops(int threads);

// The same of bf16 operands with an f32 result, by oneDNN's matmul primitive. 0 also where the processor has
// no instructions for it.
double bf16_gemm_peak_gflops(int threads);

}  // namespace heed::bench

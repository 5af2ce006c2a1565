// Kernel: one op, for given types and layouts, made ready to run on the CPU.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include <heed/backends/kernel_layout.h>
#include <heed/backends/thread_pool.h>

namespace heed::host {

// What a kernel is made for. Outputs are always dense. `live[i]` tells whether anyone reads output i; the
// pointer of an output that is not live is null.
struct KernelRequest {
  std::span<const TensorLayout> inputs;
  std::span<const TensorLayout> outputs;
  std::vector<bool> live;
  int threads = 1;
};

// What a kernel is run with. Pointers are aligned to 64 bytes, except for inputs that are views.
// An output may be the same memory as an input only where the op's may_overwrite allows it.
struct KernelCall {
  std::span<std::byte* const> inputs;
  std::span<std::byte* const> outputs;
  std::byte* scratch;
  ThreadPool& pool;

  template <typename T>
  const T* input(std::size_t index) const {
    return reinterpret_cast<const T*>(inputs[index]);
  }
  template <typename T>
  T* output(std::size_t index) const {
    return reinterpret_cast<T*>(outputs[index]);
  }
};

// `run` may be called any number of times and allocates nothing. Scratch is memory of the plan's arena.
struct Kernel {
  std::function<void(const KernelCall&)> run;
  std::int64_t scratch_bytes = 0;
};

}  // namespace heed::host

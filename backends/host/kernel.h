// Kernel: one op, for given types and layouts, made ready to run on the CPU.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <heed/backends/kernel_layout.h>
#include <heed/backends/thread_pool.h>

namespace heed::host {

// What a kernel is made for. Outputs are always dense. `live[i]` tells whether anyone reads output i; the
// pointer of an output that is not live is null. `lasting[i]`, where given, tells that it pays to prepare
// input i before a run: a variable that the program leaves as it is, or that many steps like this one read.
struct KernelRequest {
  std::span<const TensorLayout> inputs;
  std::span<const TensorLayout> outputs;
  std::vector<bool> live;
  int threads = 1;
  std::vector<bool> lasting = {};
};

// What a kernel is run with. Pointers are aligned to 64 bytes, except for inputs that are views.
// An output may be the same memory as an input only where the op's may_overwrite allows it.
struct KernelCall {
  std::span<std::byte* const> inputs;
  std::span<std::byte* const> outputs;
  std::byte* scratch;
  ThreadPool& pool;
  const std::byte* prepared = nullptr;  // what the kernel's preparation made

  template <typename T>
  const T* input(std::size_t index) const {
    return reinterpret_cast<const T*>(inputs[index]);
  }
  template <typename T>
  T* output(std::size_t index) const {
    return reinterpret_cast<T*>(outputs[index]);
  }
};

// What a kernel wants to be made of a lasting input, before the first run and whenever the input has changed.
// A program's reads of a variable all see its value from before the run, so that a run which writes it may
// use it.
struct Preparation {
  std::size_t input;
  std::string form;  // what it is made into: the same form of the same input is made once for all kernels
  std::int64_t bytes;
  std::function<void(const std::byte* input, std::byte* prepared, ThreadPool& pool)> make;
};

// `run` may be called any number of times and allocates nothing. Scratch is memory of the plan's arena.
struct Kernel {
  std::function<void(const KernelCall&)> run;
  std::int64_t scratch_bytes = 0;
  std::optional<Preparation> preparation = {};
};

}  // namespace heed::host

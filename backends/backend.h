// Backend: what a device must offer so that heed can run graphs on it.
#pragma once

#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <heed/backends/memory.h>
#include <heed/backends/plan.h>
#include <heed/backends/readback.h>
#include <heed/backends/run_observer.h>
#include <heed/graph/op.h>

namespace heed {

// The memory that a program's storages lie in.
struct Bindings {
  Memory* arena = nullptr;
  Memory* constants = nullptr;
  std::span<Memory* const> variables;  // in the order of the plan's
};

// The kernels of one plan, ready to run again and again.
class Program {
 public:
  virtual ~Program() = default;
  // Working memory that step `index` needs, decided when the program was compiled.
  virtual std::int64_t scratch_bytes(std::size_t index) const = 0;
  // Called before the first run and whenever some memory moved, once offsets are known.
  virtual void bind(const Plan& plan, const Bindings& bindings) = 0;
  // All steps in order. A device may still be at work when it returns, so that the host, or another backend,
  // can be, too: whoever reads or writes memory by its Backend finds it as if the run were done. An observer,
  // if any, sees each step's operands before it and its results after it.
  virtual void run(RunObserver* observer) = 0;
};

class Backend {
 public:
  virtual ~Backend() = default;

  virtual std::string name() const = 0;                // "onednn"
  virtual std::string description() const = 0;         // what it runs on, for people
  virtual bool runs_on_host() const { return false; }  // its steps are functions that the CPU calls

  // Whether it runs `op` natively on these types. Composites it does not claim are expanded; a primitive
  // it does not claim is an error.
  virtual bool claims(const Op& op, Types inputs, Types outputs) const = 0;
  // Whether the kernel of a claimed op takes input `index` with any strides; others get dense copies.
  virtual bool takes_strides(const Op& op, std::size_t index) const = 0;

  // Makes kernels for the steps of a plan whose offsets are not known yet.
  virtual std::unique_ptr<Program> compile(const Plan& plan) = 0;

  virtual std::unique_ptr<Memory> allocate(std::int64_t bytes) = 0;
  virtual std::int64_t memory_limit() const = 0;  // bytes that can be had at all
  // No tensor may lie across a multiple of this many bytes of what allocate() gives.
  virtual std::int64_t largest_block() const { return std::numeric_limits<std::int64_t>::max(); }
  virtual void write(Memory& to, std::int64_t offset, std::span<const std::byte> bytes) = 0;
  virtual void read(const Memory& from, std::int64_t offset, std::span<std::byte> bytes) = 0;
  // Where a device copies by itself, the host can do other things between start() and finish(); this default
  // reads in start().
  virtual std::unique_ptr<Readback> make_readback(std::vector<Readback::Part> parts);

  // The one block that all executables of this backend share, at least this large. It may move when it
  // grows; programs are then bound anew.
  Memory& arena(std::int64_t bytes);
  std::uint64_t arena_generation() const { return arena_generation_; }  // changes when the arena moves

 private:
  std::unique_ptr<Memory> arena_;
  std::uint64_t arena_generation_ = 0;
};

struct BackendOptions {
  int threads = 0;  // CPU backends: 0 means as many as the process may use
  // Features of the device that are not to be used, as its backend names them.
  std::vector<std::string> without = {};
};

// Built-in backends by name: those that run anywhere, the fastest first, then those that need a device.
std::vector<std::string> backend_names();
// What there is to run on here: a line for each backend, and for each device of one that has several.
struct BackendSummary {
  std::string name;         // as open_backend() takes it
  std::string description;  // or why it cannot be opened
  bool usable = true;
};
std::vector<BackendSummary> list_backends();

// "vulkan" is the best device there is, "vulkan:1" one by its number, "vulkan:radeon" one by a part of its
// name. Throws Error listing the names when there is no such backend in this build, or no such device.
std::shared_ptr<Backend> open_backend(const std::string& name, const BackendOptions& options = {});

}  // namespace heed

// HostBackend: runs a table of CPU kernels on ordinary memory, one step after the other.
#pragma once

#include <heed/backends/backend.h>
#include <heed/backends/host/kernel_table.h>
#include <heed/backends/host/prepared_inputs.h>

namespace heed::host {

class HostBackend final : public Backend {
 public:
  HostBackend(std::string name, const KernelTable& kernels, int threads, std::string device = "CPU");

  // To copy, so that a backend of one's own can have these kernels and others. A backend only refers to its
  // table, which must live as long.
  const KernelTable& kernels() const { return kernels_; }

  std::string name() const override { return name_; }
  std::string description() const override;
  bool runs_on_host() const override { return true; }
  bool claims(const Op& op, Types inputs, Types outputs) const override;
  bool takes_strides(const Op& op, std::size_t index) const override;
  std::unique_ptr<Program> compile(const Plan& plan) override;
  std::unique_ptr<Memory> allocate(std::int64_t bytes) override;
  std::int64_t memory_limit() const override;
  void write(Memory& to, std::int64_t offset, std::span<const std::byte> bytes) override;
  void read(const Memory& from, std::int64_t offset, std::span<std::byte> bytes) override;

 private:
  std::string name_;
  std::string device_;
  const KernelTable& kernels_;
  ThreadPool pool_;
  PreparedInputs prepared_inputs_;
};

}  // namespace heed::host

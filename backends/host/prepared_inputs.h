// What kernels make of variables that change rarely, such as weights packed for a product: made when the
// variable has changed since, and shared by all programs that want the same.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include <heed/backends/host/host_memory.h>
#include <heed/backends/host/kernel.h>

namespace heed::host {

struct PreparedInput {
  explicit PreparedInput(std::int64_t bytes) : memory(bytes) {}
  HostMemory memory;
  std::uint64_t version = 0;  // of the variable that it was made of
};

// Of one backend. Keeps nothing alive: what no program uses any more is gone.
class PreparedInputs {
 public:
  std::shared_ptr<PreparedInput> find_or_make(const HostMemory& variable, std::int64_t offset,
                                              const Preparation& preparation);

 private:
  using Key = std::tuple<const HostMemory*, std::int64_t, std::string>;
  std::map<Key, std::weak_ptr<PreparedInput>> known_;
};

}  // namespace heed::host

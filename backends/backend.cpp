// The list of built-in backends.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <heed/backends/backend.h>
#include <heed/backends/host/host_backend.h>
#include <heed/backends/reference/kernels.h>
#ifdef HEED_HAS_ONEDNN
#include <heed/backends/onednn/instruction_set.h>
#include <heed/backends/onednn/kernels.h>
#endif

namespace heed {

namespace {

struct Entry {
  std::string name;
  std::shared_ptr<Backend> (*open)(const BackendOptions&);
};

const std::vector<Entry>& entries() {
  static const std::vector<Entry> list = {
#ifdef HEED_HAS_ONEDNN
      {"onednn",
       [](const BackendOptions& options) -> std::shared_ptr<Backend> {
         return std::make_shared<host::HostBackend>("onednn", onednn::kernels(), options.threads,
                                                    "CPU with " + onednn::instruction_set());
       }},
#endif
      {"reference",
       [](const BackendOptions&) -> std::shared_ptr<Backend> {
         return std::make_shared<host::HostBackend>("reference", reference::kernels(), 1);
       }},
  };
  return list;
}

}  // namespace

Memory& Backend::arena(std::int64_t bytes) {
  if (!arena_ || arena_->bytes() < bytes) {
    arena_.reset();  // first, so that old and new never stand side by side
    arena_ = allocate(bytes);
    ++arena_generation_;
  }
  return *arena_;
}

std::vector<std::string> backend_names() {
  std::vector<std::string> names;
  for (const Entry& entry : entries()) names.push_back(entry.name);
  return names;
}

std::shared_ptr<Backend> open_backend(const std::string& name, const BackendOptions& options) {
  for (const Entry& entry : entries()) {
    if (entry.name == name) return entry.open(options);
  }
  throw Error(
      fmt::format("there is no backend \"{}\"; this build has: {}", name, fmt::join(backend_names(), ", ")));
}

}  // namespace heed

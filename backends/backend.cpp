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
#ifdef HEED_HAS_VULKAN
#include <heed/backends/vulkan/vulkan_backend.h>
#endif

namespace heed {

namespace {

// CPU backends have no features that could be left unused.
void require_nothing_left_out(const std::string& name, const BackendOptions& options) {
  if (options.without.empty()) return;
  throw Error(fmt::format("{} has no feature \"{}\" that could be left out", name, options.without.front()));
}

struct Entry {
  std::string name;
  std::shared_ptr<Backend> (*open)(const std::string& name, const BackendOptions&);
  std::vector<BackendSummary> (*list)() = nullptr;  // of one that has devices, named "name:device"
};

const std::vector<Entry>& entries() {
  static const std::vector<Entry> list = {
#ifdef HEED_HAS_ONEDNN
      {"onednn",
       [](const std::string& name, const BackendOptions& options) -> std::shared_ptr<Backend> {
         require_nothing_left_out(name, options);
         return std::make_shared<host::HostBackend>("onednn", onednn::kernels(), options.threads,
                                                    "CPU with " + onednn::instruction_set());
       }},
#endif
      {"reference",
       [](const std::string& name, const BackendOptions& options) -> std::shared_ptr<Backend> {
         require_nothing_left_out(name, options);
         return std::make_shared<host::HostBackend>("reference", reference::kernels(), 1);
       }},
#ifdef HEED_HAS_VULKAN
      {"vulkan",
       [](const std::string& name, const BackendOptions& options) {
         return vulkan::open(name, options.without);
       },
       vulkan::list},
#endif
  };
  return list;
}

class ImmediateReadback final : public Readback {
 public:
  ImmediateReadback(Backend& backend, std::vector<Part> parts)
      : backend_(backend), parts_(std::move(parts)) {}
  void start() override {
    for (const Part& part : parts_) backend_.read(*part.from, part.offset, part.to);
  }
  void finish() override {}

 private:
  Backend& backend_;
  std::vector<Part> parts_;
};

}  // namespace

std::unique_ptr<Readback> Backend::make_readback(std::vector<Readback::Part> parts) {
  return std::make_unique<ImmediateReadback>(*this, std::move(parts));
}

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

std::vector<BackendSummary> list_backends() {
  std::vector<BackendSummary> all;
  for (const Entry& entry : entries()) {
    if (!entry.list) {
      all.push_back({entry.name, entry.open(entry.name, {})->description()});
      continue;
    }
    const std::vector<BackendSummary> devices = entry.list();
    all.insert(all.end(), devices.begin(), devices.end());
  }
  return all;
}

std::shared_ptr<Backend> open_backend(const std::string& name, const BackendOptions& options) {
  const std::string kind = name.substr(0, name.find(':'));  // what follows names a device
  for (const Entry& entry : entries()) {
    if (entry.name == kind && (kind == name || entry.list)) return entry.open(name, options);
  }
  throw Error(
      fmt::format("there is no backend \"{}\"; this build has: {}", name, fmt::join(backend_names(), ", ")));
}

}  // namespace heed

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <heed/backends/vulkan/kernels.h>
#include <heed/backends/vulkan/memory.h>
#include <heed/backends/vulkan/program.h>
#include <heed/backends/vulkan/readback.h>
#include <heed/backends/vulkan/vulkan_backend.h>
#include <heed/graph/error.h>

namespace heed::vulkan {

namespace {

class VulkanBackend final : public Backend {
 public:
  VulkanBackend(std::string name, std::shared_ptr<Device> device)
      : name_(std::move(name)),
        device_(std::move(device)),
        transfers_(std::make_shared<Transfers>(device_)),
        allocator_(device_) {}

  std::string name() const override { return name_; }
  std::string description() const override;
  bool claims(const Op& op, Types inputs, Types outputs) const override {
    return vulkan::claims(op, inputs, outputs);
  }
  bool takes_strides(const Op& op, std::size_t index) const override;
  std::unique_ptr<Program> compile(const Plan& plan) override {
    return compile_program(kernels(), plan, device_, transfers_);
  }
  std::unique_ptr<Memory> allocate(std::int64_t bytes) override {
    return std::make_unique<VulkanMemory>(allocator_, bytes);
  }
  std::int64_t largest_block() const override { return allocator_.largest_block(); }
  std::int64_t memory_limit() const override { return device_->traits().memory; }
  void write(Memory& to, std::int64_t offset, std::span<const std::byte> bytes) override {
    const auto& memory = static_cast<const VulkanMemory&>(to);
    for_each_part(memory, offset, bytes, [this](const auto& buffer, std::int64_t at, auto part) {
      transfers_->write(buffer, at, part);
    });
  }
  void read(const Memory& from, std::int64_t offset, std::span<std::byte> bytes) override {
    const auto& memory = static_cast<const VulkanMemory&>(from);
    for_each_part(memory, offset, bytes, [this](const auto& buffer, std::int64_t at, auto part) {
      transfers_->read(*buffer, at, part);
    });
  }
  std::unique_ptr<Readback> make_readback(std::vector<Readback::Part> parts) override {
    return vulkan::make_readback(device_, transfers_, parts);
  }

 private:
  std::string name_;
  std::shared_ptr<Device> device_;
  std::shared_ptr<Transfers> transfers_;
  Allocator allocator_;
};

std::string matrices_of(const DeviceTraits& traits) {
  const bool khr = static_cast<bool>(traits.cooperative_khr);
  const MatrixSizes& sizes = khr ? traits.cooperative_khr : traits.cooperative_nv;
  if (!sizes) return "no";
  return fmt::format("{} x {} x {} ({})", sizes.rows, sizes.columns, sizes.inner, khr ? "KHR" : "NV");
}

// "llvmpipe (...), CPU; Mesa 22.3; Vulkan 1.3; 2.0 GiB ..."
std::string limits_of(const DeviceTraits& traits) {
  const char* const kinds[] = {"discrete GPU", "integrated GPU", "virtual GPU", "CPU", "other"};
  const auto mib = [](std::int64_t bytes) { return static_cast<double>(bytes) / (1 << 20); };
  return fmt::format(
      "{}: {}, {}, Vulkan {}.{}, {:.0f} MiB of memory ({:.0f} in a block, {:.0f} in a binding), {} KiB "
      "shared, groups of {}, subgroups of {}, float16 matrices {}",
      traits.name, kinds[static_cast<std::size_t>(traits.kind)], traits.driver,
      VK_API_VERSION_MAJOR(traits.api_version), VK_API_VERSION_MINOR(traits.api_version), mib(traits.memory),
      mib(traits.largest_allocation), mib(traits.largest_range), traits.shared_memory / 1024,
      traits.most_invocations, traits.subgroup_size, matrices_of(traits));
}

std::string VulkanBackend::description() const {
  const DeviceTraits& traits = device_->traits();
  return fmt::format("{}, {:.1f} GiB of memory", traits.name, static_cast<double>(traits.memory) / (1 << 30));
}

bool VulkanBackend::takes_strides(const Op& op, std::size_t index) const {
  const KernelEntry* entry = kernels().find(op);
  return entry && entry->traits.takes_strides(index);
}

}  // namespace

namespace {

struct Feature {
  std::string_view name;
  void (*leave_out)(DeviceTraits&);
};
constexpr Feature features[] = {
    {"host_visible", [](DeviceTraits& device) { device.host_visible = false; }},
    {"special_values", [](DeviceTraits& device) { device.preserves_special_values = false; }},
    {"cooperative_khr", [](DeviceTraits& device) { device.cooperative_khr = {}; }},
    {"cooperative_nv", [](DeviceTraits& device) { device.cooperative_nv = {}; }},
};

void leave_out(const std::string& name, DeviceTraits& device) {
  std::vector<std::string_view> names;
  for (const Feature& feature : features) {
    if (feature.name == name) return feature.leave_out(device);
    names.push_back(feature.name);
  }
  throw Error(fmt::format("vulkan has no feature \"{}\" that could be left out; there are {}", name,
                          fmt::join(names, ", ")));
}

std::string device_in(const std::string& name) {
  const std::size_t colon = name.find(':');
  return colon == std::string::npos ? "" : name.substr(colon + 1);
}

}  // namespace

std::shared_ptr<Backend> open(const std::string& name, const std::vector<std::string>& without) {
  if (without.empty()) return std::make_shared<VulkanBackend>(name, Device::open(device_in(name)));
  return open_as(name, [&](DeviceTraits& device) {
    for (const std::string& feature : without) leave_out(feature, device);
  });
}

std::shared_ptr<Backend> open_as(const std::string& name, const std::function<void(DeviceTraits&)>& adjust) {
  PhysicalDevice physical = Instance::get()->find(device_in(name));
  adjust(physical.traits);
  return std::make_shared<VulkanBackend>(name, std::make_shared<Device>(Instance::get(), physical));
}

std::vector<BackendSummary> list() {
  std::vector<BackendSummary> devices;
  try {
    for (const PhysicalDevice& device : Instance::get()->devices()) {
      const std::string name = fmt::format("vulkan:{}", devices.size());
      if (device.lacks.empty()) {
        devices.push_back({name, limits_of(device.traits)});
      } else {
        devices.push_back({name, fmt::format("{}, lacking {}", device.traits.name, device.lacks), false});
      }
    }
  } catch (const Error& error) {
    return {{"vulkan", error.what(), false}};
  }
  if (devices.empty()) devices.push_back({"vulkan", "no device: no driver is installed", false});
  return devices;
}

std::uint64_t validation_messages() {
  return Instance::get()->validation_messages();
}

}  // namespace heed::vulkan

#include <algorithm>
#include <cstring>
#include <vector>

#include <heed/backends/vulkan/commands.h>
#include <heed/backends/vulkan/memory.h>
#include <heed/backends/vulkan/readback.h>

namespace heed::vulkan {

namespace {

struct Copy {
  std::shared_ptr<const Buffer> from;
  std::size_t arrived_in = 0;  // which of the host's buffers
  VkBufferCopy region{};
  std::byte* to = nullptr;
};

class VulkanReadback final : public Readback {
 public:
  VulkanReadback(std::shared_ptr<Device> device, std::shared_ptr<Transfers> transfers,
                 std::span<const Part> parts);
  ~VulkanReadback() override;

  void start() override;
  void finish() override;

 private:
  void place(std::span<const Part> parts);
  void record();

  std::shared_ptr<Device> device_;
  std::shared_ptr<Transfers> transfers_;
  std::vector<Copy> copies_;
  std::vector<std::unique_ptr<Buffer>> arrived_;
  VkCommandBuffer commands_ = VK_NULL_HANDLE;
  std::uint64_t submitted_ = 0;
};

VulkanReadback::VulkanReadback(std::shared_ptr<Device> device, std::shared_ptr<Transfers> transfers,
                               std::span<const Part> parts)
    : device_(std::move(device)), transfers_(std::move(transfers)) {
  place(parts);
  if (!copies_.empty()) commands_ = device_->allocate_commands();
}

VulkanReadback::~VulkanReadback() {
  if (submitted_) device_->settle();
  device_->free_commands(commands_);
}

// One buffer of the host's for all, or as few as blocks of the device's largest size can be.
void VulkanReadback::place(std::span<const Part> parts) {
  std::vector<std::int64_t> used;
  for (const Part& part : parts) {
    const auto& memory = static_cast<const VulkanMemory&>(*part.from);
    for_each_part(memory, part.offset, part.to, [&](auto from, std::int64_t offset, auto bytes) {
      const std::int64_t size = align_up(std::ssize(bytes));
      if (used.empty() || used.back() + size > device_->traits().largest_allocation) used.push_back(0);
      copies_.push_back({std::move(from),
                         used.size() - 1,
                         {static_cast<VkDeviceSize>(offset), static_cast<VkDeviceSize>(used.back()),
                          static_cast<VkDeviceSize>(bytes.size())},
                         bytes.data()});
      used.back() += size;
    });
  }
  for (const std::int64_t bytes : used)
    arrived_.push_back(std::make_unique<Buffer>(device_, bytes, Home::host));
}

void VulkanReadback::record() {
  begin_commands(commands_);
  add_barrier(commands_);
  for (const Copy& copy : copies_) {
    vkCmdCopyBuffer(commands_, copy.from->handle(), arrived_[copy.arrived_in]->handle(), 1, &copy.region);
  }
  add_barrier(commands_);
  check(vkEndCommandBuffer(commands_), "recording copies");
}

void VulkanReadback::start() {
  if (copies_.empty()) return;
  transfers_->flush();
  if (submitted_ == 0) record();
  device_->wait(submitted_);  // the same commands may not be under way twice
  submitted_ = device_->submit(std::span(&commands_, 1));
}

void VulkanReadback::finish() {
  device_->wait(submitted_);
  for (const Copy& copy : copies_) {
    const std::byte* arrived = arrived_[copy.arrived_in]->mapped() + copy.region.dstOffset;
    std::memcpy(copy.to, arrived, copy.region.size);
  }
}

}  // namespace

std::unique_ptr<Readback> make_readback(std::shared_ptr<Device> device, std::shared_ptr<Transfers> transfers,
                                        std::span<const Readback::Part> parts) {
  return std::make_unique<VulkanReadback>(std::move(device), std::move(transfers), parts);
}

}  // namespace heed::vulkan

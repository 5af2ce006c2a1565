#include <algorithm>
#include <cstring>

#include <heed/backends/memory.h>
#include <heed/backends/vulkan/check.h>
#include <heed/backends/vulkan/commands.h>
#include <heed/backends/vulkan/hazards.h>
#include <heed/backends/vulkan/transfers.h>

namespace heed::vulkan {

namespace {

constexpr std::int64_t most_staging_bytes = 16 << 20;

}  // namespace

Transfers::Transfers(std::shared_ptr<Device> device)
    : device_(std::move(device)), commands_(device_->allocate_commands()) {}

Transfers::~Transfers() {
  if (submitted_) device_->settle();
  device_->free_commands(commands_);
}

std::int64_t Transfers::staging_bytes() const {
  return std::min(most_staging_bytes, device_->traits().largest_allocation);
}

void Transfers::wait_for_staging() {
  if (!staging_) staging_ = std::make_unique<Buffer>(device_, staging_bytes(), Home::host);
  if (submitted_) device_->wait(submitted_);
  in_flight_.clear();
}

void Transfers::write(std::shared_ptr<const Buffer> to, std::int64_t offset,
                      std::span<const std::byte> bytes) {
  if (to->mapped() && pending_.empty() && device_->is_idle()) {
    if (!bytes.empty()) std::memcpy(to->mapped() + offset, bytes.data(), bytes.size());
    return;
  }
  while (!bytes.empty()) {
    if (used_ == staging_bytes()) flush();
    if (pending_.empty()) wait_for_staging();
    const auto part = std::min(std::ssize(bytes), staging_bytes() - used_);
    std::memcpy(staging_->mapped() + used_, bytes.data(), static_cast<std::size_t>(part));
    pending_.push_back({to,
                        {static_cast<VkDeviceSize>(used_), static_cast<VkDeviceSize>(offset),
                         static_cast<VkDeviceSize>(part)}});
    used_ += align_up(part);
    offset += part;
    bytes = bytes.subspan(static_cast<std::size_t>(part));
  }
}

void Transfers::flush() {
  if (pending_.empty()) return;
  if (submitted_) device_->wait(submitted_);  // the commands are recorded anew
  begin_commands(commands_);
  // After what earlier work read and wrote there, and before what comes.
  add_barrier(commands_);
  Hazards hazards;
  for (const Copy& copy : pending_) {
    const auto begin = static_cast<std::int64_t>(copy.region.dstOffset);
    const auto end = begin + static_cast<std::int64_t>(copy.region.size);
    const Access access{reinterpret_cast<std::uint64_t>(copy.to.get()), begin, end, true};
    if (hazards.next({access})) add_barrier(commands_);  // what is written twice
    vkCmdCopyBuffer(commands_, staging_->handle(), copy.to->handle(), 1, &copy.region);
  }
  add_barrier(commands_);
  check(vkEndCommandBuffer(commands_), "recording copies");
  submitted_ = device_->submit(std::span(&commands_, 1));
  in_flight_ = std::move(pending_);
  pending_.clear();
  used_ = 0;
}

void Transfers::read(const Buffer& from, std::int64_t offset, std::span<std::byte> bytes) {
  flush();
  if (from.mapped()) {
    device_->wait_for_all();
    if (!bytes.empty()) std::memcpy(bytes.data(), from.mapped() + offset, bytes.size());
    return;
  }
  while (!bytes.empty()) {
    const std::size_t part = std::min(bytes.size(), static_cast<std::size_t>(staging_bytes()));
    read_part(from, offset, bytes.first(part));
    offset += static_cast<std::int64_t>(part);
    bytes = bytes.subspan(part);
  }
}

void Transfers::read_part(const Buffer& from, std::int64_t offset, std::span<std::byte> bytes) {
  wait_for_staging();
  begin_commands(commands_);
  add_barrier(commands_);
  const VkBufferCopy region{static_cast<VkDeviceSize>(offset), 0, bytes.size()};
  vkCmdCopyBuffer(commands_, from.handle(), staging_->handle(), 1, &region);
  add_barrier(commands_);
  check(vkEndCommandBuffer(commands_), "recording copies");
  submitted_ = device_->submit(std::span(&commands_, 1));
  device_->wait(submitted_);
  std::memcpy(bytes.data(), staging_->mapped(), bytes.size());
}

}  // namespace heed::vulkan

// A Readback of a device's memory: copies into memory of the host's, recorded once and kept mapped.
#pragma once

#include <memory>
#include <span>

#include <heed/backends/readback.h>
#include <heed/backends/vulkan/transfers.h>

namespace heed::vulkan {

std::unique_ptr<Readback> make_readback(std::shared_ptr<Device> device, std::shared_ptr<Transfers> transfers,
                                        std::span<const Readback::Part> parts);

}  // namespace heed::vulkan

// VulkanProgram: a plan as one command buffer, recorded when it is bound and submitted again and again.
#pragma once

#include <memory>

#include <heed/backends/backend.h>
#include <heed/backends/vulkan/kernel_table.h>
#include <heed/backends/vulkan/transfers.h>

namespace heed::vulkan {

std::unique_ptr<Program> compile_program(const KernelTable& table, const Plan& plan,
                                         std::shared_ptr<Device> device,
                                         std::shared_ptr<Transfers> transfers);

}  // namespace heed::vulkan

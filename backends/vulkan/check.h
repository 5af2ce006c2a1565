// check: turns what Vulkan returns into errors.
#pragma once

#include <string>
#include <string_view>

#include <volk.h>

namespace heed::vulkan {

std::string_view name_of(VkResult result);  // "VK_ERROR_DEVICE_LOST"

// Throws Error that says what was tried, what came of it and, where something can be done, what.
void check(VkResult result, std::string_view tried);

}  // namespace heed::vulkan

// The shaders of shaders/, compiled when heed was built.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace heed::vulkan {

// SPIR-V of the shader of this name. Throws InternalError where there is none.
std::span<const std::uint32_t> compiled_shader(std::string_view name);

std::vector<std::string_view> compiled_shaders();  // the names of all

}  // namespace heed::vulkan

// The Vulkan backend: compute shaders on any device that has Vulkan 1.2.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <heed/backends/backend.h>
#include <heed/backends/vulkan/device_traits.h>

namespace heed::vulkan {

// The name is "vulkan" for the best device, "vulkan:1" for one by its number, or "vulkan:llvmpipe" for one by
// a part of its name. `without` names features that are not to be used: "host_visible" (the host reaches the
// device's memory), "special_values" (infinities and NaN are asked to be kept in elementwise shaders),
// "cooperative_khr" and "cooperative_nv" (instructions for small matrices, by either extension). Throws Error
// where there is no such device or feature.
std::shared_ptr<Backend> open(const std::string& name, const std::vector<std::string>& without = {});

// The same, on a device that is taken for a lesser one: with lower limits, or as one whose memory the host
// cannot reach. What it cannot be taken for is a device that can more.
std::shared_ptr<Backend> open_as(const std::string& name, const std::function<void(DeviceTraits&)>& adjust);

// The devices of this machine, with their limits and features; one line that says why where there is none.
std::vector<BackendSummary> list();

// How often the validation layer has found fault so far. See Instance.
std::uint64_t validation_messages();

}  // namespace heed::vulkan

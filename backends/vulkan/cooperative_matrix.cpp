#include <algorithm>
#include <cstring>

#include <heed/backends/vulkan/cooperative_matrix.h>
#include <heed/backends/vulkan/shaders.h>

namespace heed::vulkan {

namespace {

// From the Vulkan specification, since headers before 1.3.255 lack the KHR extension. The NV extension's
// properties have the same members but for `saturating`.
struct PropertiesKhr {
  VkStructureType type{};
  void* next = nullptr;
  std::uint32_t rows = 0, columns = 0, inner = 0;
  std::uint32_t a = 0, b = 0, c = 0, result = 0;  // component types
  VkBool32 saturating = VK_FALSE;
  std::uint32_t scope = 0;
};
struct PropertiesNv {
  VkStructureType type{};
  void* next = nullptr;
  std::uint32_t rows = 0, columns = 0, inner = 0;
  std::uint32_t a = 0, b = 0, c = 0, result = 0;
  std::uint32_t scope = 0;
};
static_assert(sizeof(PropertiesNv) == sizeof(VkCooperativeMatrixPropertiesNV));
static_assert(sizeof(CooperativeMatrixFeatures) == sizeof(VkPhysicalDeviceCooperativeMatrixFeaturesNV));

constexpr std::uint32_t float16_component = 0, float32_component = 1, subgroup_scope = 3;

// What differs between the extensions, besides the properties' layout.
struct Extension {
  const char* name;
  const char* query;   // the function that lists properties
  const char* shader;  // which there is if heed was built with a compiler that knows the extension
  VkStructureType features, properties;
};
constexpr Extension khr{"VK_KHR_cooperative_matrix", "vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR",
                        "matmul_cooperative_khr_f16_f32", VkStructureType(1000506000),
                        VkStructureType(1000506001)};
constexpr Extension nv{"VK_NV_cooperative_matrix", "vkGetPhysicalDeviceCooperativeMatrixPropertiesNV",
                       "matmul_cooperative_nv_f16_f32",
                       VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_COOPERATIVE_MATRIX_FEATURES_NV,
                       VK_STRUCTURE_TYPE_COOPERATIVE_MATRIX_PROPERTIES_NV};

bool has_extension(VkPhysicalDevice device, const char* name) {
  std::uint32_t count = 0;
  vkEnumerateDeviceExtensionProperties(device, nullptr, &count, nullptr);
  std::vector<VkExtensionProperties> extensions(count);
  vkEnumerateDeviceExtensionProperties(device, nullptr, &count, extensions.data());
  return std::ranges::any_of(extensions, [&](const VkExtensionProperties& extension) {
    return std::strcmp(extension.extensionName, name) == 0;
  });
}

bool has_feature(VkPhysicalDevice device, const Extension& extension) {
  CooperativeMatrixFeatures features{extension.features};
  VkPhysicalDeviceFeatures2 all{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2, &features, {}};
  vkGetPhysicalDeviceFeatures2(device, &all);
  return features.cooperative_matrix;
}

// The largest product of float16 matrices that is summed in f32.
template <typename Properties>
MatrixSizes best_of(VkPhysicalDevice device, const Extension& extension) {
  using Query = VkResult(VKAPI_PTR*)(VkPhysicalDevice, std::uint32_t*, Properties*);
  const auto query = reinterpret_cast<Query>(vkGetInstanceProcAddr(volkGetLoadedInstance(), extension.query));
  std::uint32_t count = 0;
  if (!query || query(device, &count, nullptr) != VK_SUCCESS) return {};
  std::vector<Properties> all(count, Properties{extension.properties});
  if (query(device, &count, all.data()) != VK_SUCCESS) return {};
  MatrixSizes best;
  for (const Properties& one : all) {
    if (one.a != float16_component || one.b != float16_component || one.scope != subgroup_scope) continue;
    if (one.c != float32_component || one.result != float32_component) continue;
    if (one.rows % 8 != 0 || one.columns % 8 != 0 || one.inner % 8 != 0) continue;
    if (one.rows > 32 || one.columns > 32 || one.inner > 32)
      continue;  // more than a subgroup's share of a tile
    if (one.rows * one.columns * one.inner > best.rows * best.columns * best.inner)
      best = {one.rows, one.columns, one.inner};
  }
  return best;
}

bool can_use(VkPhysicalDevice device, const Extension& extension) {
  return std::ranges::count(compiled_shaders(), extension.shader) > 0 &&
         has_extension(device, extension.name) && has_feature(device, extension);
}

}  // namespace

void describe_cooperative_matrices(VkPhysicalDevice device, DeviceTraits& traits) {
  if (can_use(device, khr)) traits.cooperative_khr = best_of<PropertiesKhr>(device, khr);
  if (can_use(device, nv)) traits.cooperative_nv = best_of<PropertiesNv>(device, nv);
}

void* want_cooperative_matrices(const DeviceTraits& traits, CooperativeMatrixFeatures& features, void* chain,
                                std::vector<const char*>& extensions) {
  if (!traits.cooperative_khr && !traits.cooperative_nv) return chain;
  const Extension& extension = traits.cooperative_khr ? khr : nv;
  extensions.push_back(extension.name);
  features = {extension.features, chain, VK_TRUE, VK_FALSE};
  return &features;
}

}  // namespace heed::vulkan

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>

#include <heed/backends/vulkan/check.h>
#include <heed/backends/vulkan/instance.h>
#include <heed/backends/vulkan/physical_device.h>
#include <heed/graph/error.h>

namespace heed::vulkan {

namespace {

constexpr std::string_view no_driver =
    "there is no device: no driver is installed, or none finds its hardware (Debian's "
    "mesa-vulkan-drivers has one that runs on the CPU)";
constexpr const char* validation_layer = "VK_LAYER_KHRONOS_validation";

VKAPI_ATTR VkBool32 VKAPI_CALL on_message(VkDebugUtilsMessageSeverityFlagBitsEXT,
                                          VkDebugUtilsMessageTypeFlagsEXT,
                                          const VkDebugUtilsMessengerCallbackDataEXT* data, void* instance) {
  fmt::print(stderr, "vulkan validation: {}\n", data->pMessage);
  static_cast<Instance*>(instance)->count_message();
  return VK_FALSE;
}

VkDebugUtilsMessengerCreateInfoEXT messenger_info(Instance* instance) {
  VkDebugUtilsMessengerCreateInfoEXT info{};
  info.sType = VK_STRUCTURE_TYPE_DEBUG_UTILS_MESSENGER_CREATE_INFO_EXT;
  info.messageSeverity =
      VK_DEBUG_UTILS_MESSAGE_SEVERITY_WARNING_BIT_EXT | VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT;
  info.messageType = VK_DEBUG_UTILS_MESSAGE_TYPE_GENERAL_BIT_EXT |
                     VK_DEBUG_UTILS_MESSAGE_TYPE_VALIDATION_BIT_EXT |
                     VK_DEBUG_UTILS_MESSAGE_TYPE_PERFORMANCE_BIT_EXT;
  info.pfnUserCallback = on_message;
  info.pUserData = instance;
  return info;
}

bool has_layer(const char* name) {
  std::uint32_t count = 0;
  vkEnumerateInstanceLayerProperties(&count, nullptr);
  std::vector<VkLayerProperties> layers(count);
  vkEnumerateInstanceLayerProperties(&count, layers.data());
  return std::ranges::any_of(
      layers, [&](const VkLayerProperties& layer) { return std::strcmp(layer.layerName, name) == 0; });
}

bool wants_validation() {
  const char* set = std::getenv("HEED_VULKAN_VALIDATION");
  return set && std::strcmp(set, "0") != 0 && *set != '\0';
}

std::string lowered(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

// GPUs before CPUs; of equals the one that the loader names first.
int rank_of(DeviceKind kind) {
  switch (kind) {
    case DeviceKind::discrete:
      return 0;
    case DeviceKind::integrated:
      return 1;
    case DeviceKind::virtual_gpu:
      return 2;
    case DeviceKind::other:
      return 3;
    case DeviceKind::cpu:
      return 4;
  }
  return 5;
}

}  // namespace

std::shared_ptr<Instance> Instance::get() {
  static const std::shared_ptr<Instance> instance = std::make_shared<Instance>();
  return instance;
}

Instance::Instance() {
  if (volkInitialize() != VK_SUCCESS) {
    throw Error(
        "vulkan: the loader (libvulkan.so.1) cannot be opened; Debian's package is libvulkan1, and a "
        "device needs a driver, such as mesa-vulkan-drivers");
  }
  create(wants_validation());
  find_devices();
}

Instance::~Instance() {
  if (messenger_) vkDestroyDebugUtilsMessengerEXT(handle_, messenger_, nullptr);
  if (handle_) vkDestroyInstance(handle_, nullptr);
}

void Instance::create(bool validate) {
  if (validate && !has_layer(validation_layer)) {
    throw Error(
        fmt::format("vulkan: HEED_VULKAN_VALIDATION is set, but there is no {}; Debian's package is "
                    "vulkan-validationlayers",
                    validation_layer));
  }
  VkApplicationInfo application{};
  application.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO;
  application.pApplicationName = "heed";
  application.apiVersion = VK_API_VERSION_1_2;

  VkInstanceCreateInfo info{};
  info.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO;
  info.pApplicationInfo = &application;

  VkDebugUtilsMessengerCreateInfoEXT messages = messenger_info(this);
  const VkValidationFeatureEnableEXT enabled[] = {
      VK_VALIDATION_FEATURE_ENABLE_SYNCHRONIZATION_VALIDATION_EXT};
  VkValidationFeaturesEXT features{};
  features.sType = VK_STRUCTURE_TYPE_VALIDATION_FEATURES_EXT;
  features.enabledValidationFeatureCount = 1;
  features.pEnabledValidationFeatures = enabled;
  const char* const extensions[] = {VK_EXT_DEBUG_UTILS_EXTENSION_NAME};
  if (validate) {
    info.enabledLayerCount = 1;
    info.ppEnabledLayerNames = &validation_layer;
    info.enabledExtensionCount = 1;
    info.ppEnabledExtensionNames = extensions;
    info.pNext = &features;
    features.pNext = &messages;
  }
  const VkResult created = vkCreateInstance(&info, nullptr, &handle_);
  if (created == VK_ERROR_INCOMPATIBLE_DRIVER) throw Error(fmt::format("vulkan: {}", no_driver));
  check(created, "creating an instance");
  volkLoadInstance(handle_);
  if (validate) {
    check(vkCreateDebugUtilsMessengerEXT(handle_, &messages, nullptr, &messenger_),
          "listening to the validation layer");
  }
}

void Instance::find_devices() {
  std::uint32_t count = 0;
  check(vkEnumeratePhysicalDevices(handle_, &count, nullptr), "counting devices");
  std::vector<VkPhysicalDevice> handles(count);
  check(vkEnumeratePhysicalDevices(handle_, &count, handles.data()), "listing devices");
  for (const VkPhysicalDevice handle : handles) devices_.push_back(describe(handle));
}

const PhysicalDevice& Instance::find(std::string_view which) const {
  const auto refuse = [&](std::string_view reason) {
    std::string list;
    for (std::size_t i = 0; i < devices_.size(); ++i)
      list += fmt::format("\n  vulkan:{}  {}{}{}", i, devices_[i].traits.name,
                          devices_[i].lacks.empty() ? "" : ", lacking ", devices_[i].lacks);
    throw Error(fmt::format("vulkan: {}{}{}", reason, devices_.empty() ? "" : "; there are:", list));
  };
  if (devices_.empty()) refuse(no_driver);
  const PhysicalDevice* found = nullptr;
  const bool is_index =
      !which.empty() && std::ranges::all_of(which, [](char c) { return c >= '0' && c <= '9'; });
  if (is_index) {
    const auto index = which.size() > 4 ? devices_.size() : std::stoul(std::string(which));
    if (index < devices_.size()) found = &devices_[index];
  } else {
    for (const PhysicalDevice& device : devices_) {
      const bool named = lowered(device.traits.name).find(lowered(which)) != std::string::npos;
      if (!named || (which.empty() && !device.lacks.empty())) continue;
      if (!found || (which.empty() && rank_of(device.traits.kind) < rank_of(found->traits.kind)))
        found = &device;
    }
  }
  if (!found)
    refuse(which.empty() ? std::string("no device can be used")
                         : fmt::format("there is no device \"{}\"", which));
  if (!found->lacks.empty()) refuse(fmt::format("{} cannot be used", found->traits.name));
  return *found;
}

}  // namespace heed::vulkan

// Pipelines: the shaders of one device, compiled when first asked for and kept.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <volk.h>

#include <heed/backends/vulkan/kernel.h>

namespace heed::vulkan {

struct Pipeline {
  VkPipeline handle = VK_NULL_HANDLE;
  VkPipelineLayout layout = VK_NULL_HANDLE;
  VkDescriptorSetLayout set_layout = VK_NULL_HANDLE;
};

class Pipelines {
 public:
  // `driver` names the device, its driver and the driver's version: what is kept on disk is kept for it.
  Pipelines(VkDevice device, std::string driver);
  ~Pipelines();
  Pipelines(const Pipelines&) = delete;
  Pipelines& operator=(const Pipelines&) = delete;

  // For a shader with these constants and as many storage buffers. Throws Error where the driver refuses it.
  Pipeline get(const Shader& shader, const std::vector<std::uint32_t>& constants, std::size_t buffers);

 private:
  struct Layout {
    VkDescriptorSetLayout set = VK_NULL_HANDLE;
    VkPipelineLayout pipeline = VK_NULL_HANDLE;
  };
  const Layout& layout_of(std::size_t buffers);
  VkShaderModule module_of(const Shader& shader);
  VkPipeline create(const Shader& shader, const std::vector<std::uint32_t>& constants,
                    VkPipelineLayout layout);

  void save_cache();

  VkDevice device_;
  std::string driver_;
  VkPipelineCache cache_ = VK_NULL_HANDLE;
  bool has_new_ = false;  // compiled since the cache was read
  std::map<std::size_t, Layout> layouts_;
  std::map<std::string, VkShaderModule> modules_;
  std::map<std::pair<std::string, std::vector<std::uint32_t>>, VkPipeline> pipelines_;
};

}  // namespace heed::vulkan

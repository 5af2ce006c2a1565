#include <filesystem>

#include <heed/backends/vulkan/check.h>
#include <heed/backends/vulkan/pipeline_cache.h>
#include <heed/backends/vulkan/pipelines.h>
#include <heed/backends/vulkan/shaders.h>

namespace heed::vulkan {

namespace {

std::filesystem::path cache_file(const std::string& driver) {
  const std::filesystem::path directory = cache_directory();
  return directory.empty() ? directory : directory / ("vulkan-" + driver);
}

}  // namespace

Pipelines::Pipelines(VkDevice device, std::string driver) : device_(device), driver_(std::move(driver)) {
  std::vector<std::byte> known;
  const std::filesystem::path file = cache_file(driver_);
  if (!file.empty()) known = read_cache(file, driver_);
  VkPipelineCacheCreateInfo info{};
  info.sType = VK_STRUCTURE_TYPE_PIPELINE_CACHE_CREATE_INFO;
  info.initialDataSize = known.size();
  info.pInitialData = known.data();
  check(vkCreatePipelineCache(device_, &info, nullptr, &cache_), "making a cache of pipelines");
}

void Pipelines::save_cache() {
  const std::filesystem::path file = cache_file(driver_);
  std::size_t size = 0;
  if (file.empty() || vkGetPipelineCacheData(device_, cache_, &size, nullptr) != VK_SUCCESS) return;
  std::vector<std::byte> contents(size);
  if (vkGetPipelineCacheData(device_, cache_, &size, contents.data()) != VK_SUCCESS) return;
  contents.resize(size);
  write_cache(file, driver_, contents);
}

Pipelines::~Pipelines() {
  if (has_new_) save_cache();
  vkDestroyPipelineCache(device_, cache_, nullptr);
  for (const auto& [key, pipeline] : pipelines_) vkDestroyPipeline(device_, pipeline, nullptr);
  for (const auto& [name, module] : modules_) vkDestroyShaderModule(device_, module, nullptr);
  for (const auto& [buffers, layout] : layouts_) {
    vkDestroyPipelineLayout(device_, layout.pipeline, nullptr);
    vkDestroyDescriptorSetLayout(device_, layout.set, nullptr);
  }
}

Pipeline Pipelines::get(const Shader& shader, const std::vector<std::uint32_t>& constants,
                        std::size_t buffers) {
  const Layout& layout = layout_of(buffers);
  VkPipeline& pipeline = pipelines_[{shader.name, constants}];
  if (!pipeline) pipeline = create(shader, constants, layout.pipeline);
  return {pipeline, layout.pipeline, layout.set};
}

const Pipelines::Layout& Pipelines::layout_of(std::size_t buffers) {
  Layout& layout = layouts_[buffers];
  if (layout.pipeline) return layout;
  std::vector<VkDescriptorSetLayoutBinding> bindings(buffers);
  for (std::size_t i = 0; i < buffers; ++i) {
    bindings[i].binding = static_cast<std::uint32_t>(i);
    bindings[i].descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER;
    bindings[i].descriptorCount = 1;
    bindings[i].stageFlags = VK_SHADER_STAGE_COMPUTE_BIT;
  }
  VkDescriptorSetLayoutCreateInfo set{};
  set.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO;
  set.bindingCount = static_cast<std::uint32_t>(buffers);
  set.pBindings = bindings.data();
  check(vkCreateDescriptorSetLayout(device_, &set, nullptr, &layout.set), "describing bindings");
  VkPipelineLayoutCreateInfo info{};
  info.sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO;
  info.setLayoutCount = 1;
  info.pSetLayouts = &layout.set;
  check(vkCreatePipelineLayout(device_, &info, nullptr, &layout.pipeline), "describing a pipeline");
  return layout;
}

VkShaderModule Pipelines::module_of(const Shader& shader) {
  VkShaderModule& module = modules_[shader.name];
  if (module) return module;
  const SpirvWords written = shader.write ? shader.write() : SpirvWords{};
  const std::span<const std::uint32_t> words = shader.write ? written : compiled_shader(shader.name);
  VkShaderModuleCreateInfo info{};
  info.sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO;
  info.codeSize = words.size_bytes();
  info.pCode = words.data();
  check(vkCreateShaderModule(device_, &info, nullptr, &module), "reading the shader " + shader.name);
  return module;
}

VkPipeline Pipelines::create(const Shader& shader, const std::vector<std::uint32_t>& constants,
                             VkPipelineLayout layout) {
  std::vector<VkSpecializationMapEntry> entries;
  for (std::uint32_t i = 0; i < constants.size(); ++i)
    entries.push_back({i, static_cast<std::uint32_t>(i * sizeof(std::uint32_t)), sizeof(std::uint32_t)});
  VkSpecializationInfo specialization{};
  specialization.mapEntryCount = static_cast<std::uint32_t>(entries.size());
  specialization.pMapEntries = entries.data();
  specialization.dataSize = constants.size() * sizeof(std::uint32_t);
  specialization.pData = constants.data();
  VkComputePipelineCreateInfo info{};
  info.sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO;
  info.stage.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO;
  info.stage.stage = VK_SHADER_STAGE_COMPUTE_BIT;
  info.stage.module = module_of(shader);
  info.stage.pName = "main";
  info.stage.pSpecializationInfo = &specialization;
  info.layout = layout;
  VkPipeline pipeline = VK_NULL_HANDLE;
  check(vkCreateComputePipelines(device_, cache_, 1, &info, nullptr, &pipeline),
        "compiling the shader " + shader.name);
  has_new_ = true;
  return pipeline;
}

}  // namespace heed::vulkan

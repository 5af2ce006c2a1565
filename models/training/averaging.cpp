#include <filesystem>
#include <vector>

#include <heed/models/model_config.h>
#include <heed/models/training/averaging.h>
#include <heed/models/training/checkpoint.h>
#include <heed/models/training/safetensors.h>

namespace heed {

namespace {

void add_to(std::vector<double>& sum, const Array& values) {
  sum.resize(static_cast<std::size_t>(values.elements()));
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += values.number(static_cast<std::int64_t>(i));
}

}  // namespace

void average_with_checkpoints(std::span<const std::string> paths, const ModelConfig& config,
                              Variables& variables) {
  std::map<std::string, std::vector<double>> sums;
  const auto parameters = parameters_of(config);
  for (const auto& [name, type] : parameters) add_to(sums[name], variables.get(name));
  for (const std::string& path : paths) {
    const TensorFile file = read_checkpoint_tensors(path, config);
    for (const auto& [name, type] : parameters) add_to(sums[name], file.tensors.at(name));
  }
  const auto count = static_cast<double>(paths.size() + 1);
  for (const auto& [name, type] : parameters) {
    Array mean(type.dtype, type.shape);
    const std::vector<double>& sum = sums[name];
    for (std::size_t i = 0; i < sum.size(); ++i)
      mean.set_number(static_cast<std::int64_t>(i), sum[i] / count);
    variables.set(average_prefix + name, mean);
  }
}

void copy_averages(const Variables& from, const ModelConfig& config, Variables& to) {
  for (const auto& [name, type] : parameters_of(config)) to.set(name, from.get(average_prefix + name));
}

}  // namespace heed

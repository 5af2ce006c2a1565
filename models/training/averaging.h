// Averaged parameters: the variables average/NAME, and where they go.
#pragma once

#include <span>
#include <string>

#include <heed/backends/variables.h>
#include <heed/models/model_config.h>

namespace heed {

// Sets average/NAME to the mean of the parameters in `variables` and in the checkpoints at `paths`.
void average_with_checkpoints(std::span<const std::string> paths, const ModelConfig& config,
                              Variables& variables);

// Sets each parameter NAME of `to` from average/NAME of `from`.
void copy_averages(const Variables& from, const ModelConfig& config, Variables& to);

}  // namespace heed

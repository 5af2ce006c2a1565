// The way of stepping that fits a model.
#pragma once

#include <memory>

#include <heed/backends/variables.h>
#include <heed/models/decoding/step_model.h>
#include <heed/models/model_config.h>

namespace heed {

// `variables` holds the parameters.
std::unique_ptr<StepModel> make_step_model(const ModelConfig& config, const DecodingShape& shape,
                                           Variables& variables);

}  // namespace heed

#include <heed/models/decoding/recurrent_steps.h>
#include <heed/models/decoding/step_models.h>
#include <heed/models/decoding/transformer_steps.h>

namespace heed {

std::unique_ptr<StepModel> make_step_model(const ModelConfig& config, const DecodingShape& shape,
                                           Variables& variables) {
  if (const auto* transformer = std::get_if<TransformerConfig>(&config))
    return std::make_unique<TransformerSteps>(*transformer, shape, variables);
  return std::make_unique<RecurrentSteps>(config, shape, variables);
}

}  // namespace heed

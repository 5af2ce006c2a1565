// Which translation model, of which sizes: the one value that trainer, checkpoints and decoders pass around.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include <heed/graph/node.h>
#include <heed/models/bahdanau/config.h>
#include <heed/models/luong/config.h>
#include <heed/models/transformer/config.h>
#include <heed/models/translation_model.h>

namespace heed {

using ModelConfig = std::variant<TransformerConfig, BahdanauConfig, LuongConfig>;

// rnnencdec, bahdanau, luong, transformer. rnnencdec is a BahdanauConfig without attention.
std::vector<std::string> model_names();
std::string model_name(const ModelConfig& config);

// A model by its name and that of a preset. Throws Error listing the names for unknown ones.
ModelConfig model_preset(const std::string& model, const std::string& preset, std::int64_t vocabulary);
std::vector<std::string> model_preset_names(const std::string& model);

// A config of that model with all fields at their defaults, to be filled in.
ModelConfig empty_config(const std::string& model);

// Throws Error for sizes that make no model.
void check_config(const ModelConfig& config);

std::int64_t target_vocabulary(const ModelConfig& config);
std::int64_t source_vocabulary(const ModelConfig& config);  // 0: shared
void set_source_vocabulary(ModelConfig& config, std::int64_t size);
DType dtype_of(const ModelConfig& config);

// The width that a learning rate is scaled by: d_model, or the decoder's units.
std::int64_t width_of(const ModelConfig& config);

// The same model with nothing dropped out, as it is validated and translates.
ModelConfig without_dropout(ModelConfig config);

// Building two of the same configuration in two graphs gives the same variables.
std::unique_ptr<TranslationModel> make_model(Graph& graph, const ModelConfig& config,
                                             Where where = Where::current());

// The parameters of a model of this configuration, by name.
std::map<std::string, TensorType> parameters_of(const ModelConfig& config);

// The sizes in a line.
std::string describe(const ModelConfig& config);

// The number of trained numbers, and of those that embed words.
struct ParameterCount {
  std::int64_t all = 0, embeddings = 0;
};
ParameterCount count_parameters(const ModelConfig& config);

}  // namespace heed

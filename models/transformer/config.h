// The sizes of a Transformer, by hand or by the name of a preset.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <heed/graph/dtype.h>

namespace heed {

struct TransformerConfig {
  std::int64_t vocabulary = 0;         // V, of the target language, or shared by both
  std::int64_t source_vocabulary = 0;  // 0: shared, and one matrix embeds both languages
  std::int64_t width = 0;              // d_model
  std::int64_t feed_forward = 0;       // d_ff
  std::int64_t heads = 0;              // h
  std::int64_t encoder_layers = 0;     // N
  std::int64_t decoder_layers = 0;
  double dropout = 0.1;  // on each sub-layer's output and on the embedded sequences
  double norm_epsilon = 1e-6;
  DType dtype = DType::f32;
  // Gradients compute each layer again instead of keeping what it computed: less memory, more time, the same
  // bits. A way to train, not a property of the model: checkpoints do not hold it.
  bool recompute = false;
};

// micro (1+1 layers, 64, 128, 2 heads), tiny (4+4, 128, 256, 4), small (3+3, 256, 1024, 4), base and big as
// in the paper (6+6, 512, 2048, 8 and 6+6, 1024, 4096, 16). Throws Error listing the names for any other.
TransformerConfig transformer_preset(const std::string& name, std::int64_t vocabulary);
std::vector<std::string> transformer_preset_names();

// Throws Error for sizes that make no model.
void check_config(const TransformerConfig& config);

// The number of trained numbers, without and with the embedding.
std::int64_t layer_parameters(const TransformerConfig& config);
std::int64_t all_parameters(const TransformerConfig& config);

}  // namespace heed

// The sizes of RNNsearch and RNNencdec (Bahdanau et al. 2014), by hand or by the name of a preset.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <heed/graph/dtype.h>

namespace heed {

// Which state the output of a step reads, on which the paper disagrees with itself.
enum class BahdanauVariant : std::uint8_t {
  look_update_generate,  // a: the context is found with s_(i-1), the word follows from s_i (the paper's body)
  appendix,              // b: the same, but the word follows from s_(i-1) (the paper's appendix)
  look_generate_update   // c: the state that looks and generates has read y_(i-1) already (authors' code)
};

// a, b or c. Throws Error for an unknown name.
std::string_view name_of(BahdanauVariant variant);
BahdanauVariant bahdanau_variant(std::string_view name);

struct BahdanauConfig {
  std::int64_t vocabulary = 0;         // Ky, of the target language, or shared by both
  std::int64_t source_vocabulary = 0;  // Kx; 0: shared, and one matrix embeds both languages
  std::int64_t embedding = 0;          // m
  std::int64_t encoder_units = 0;      // n of each direction
  std::int64_t units = 0;              // n of the decoder
  std::int64_t alignment = 0;          // n', hidden layer of the attention
  std::int64_t maxout = 0;             // l
  bool attention = true;               // false: RNNencdec, whose context is always the last forward state
  BahdanauVariant variant = BahdanauVariant::look_update_generate;
  bool tied = false;             // W_o is the target's embedding; maxout then equals embedding
  bool paper_start = false;      // first values as in the paper (section 1.7 of its recipe), not Glorot's
  double embedding_dropout = 0;  // of embedded words
  double context_dropout = 0;    // of the annotations
  double output_dropout = 0;     // of the maxout layer
  DType dtype = DType::f32;
};

// paper: the paper's sizes. small: what trains well on some ten thousand sentences. medium: what
// benchmarks measure. micro: for tests. Throws
// Error listing the names for any other.
BahdanauConfig bahdanau_preset(const std::string& name, std::int64_t vocabulary);
std::vector<std::string> bahdanau_preset_names();

// Throws Error for sizes that make no model.
void check_config(const BahdanauConfig& config);

}  // namespace heed

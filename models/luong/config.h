// The sizes of Luong's models (Luong et al. 2015), by hand or by the name of a preset.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <heed/graph/dtype.h>
#include <heed/models/attention/luong.h>

namespace heed {

struct LuongConfig {
  std::int64_t vocabulary = 0;         // of the target language, or shared by both
  std::int64_t source_vocabulary = 0;  // 0: shared, and one matrix embeds both languages
  std::int64_t embedding = 0;          // width of embedded words
  std::int64_t units = 0;              // n of every layer
  std::int64_t layers = 0;             // of the encoder and of the decoder
  bool attention = true;               // false: the decoder knows the encoder's last states alone
  LuongScore score = LuongScore::general;
  LuongWindow window = LuongWindow::global;
  std::int64_t half_width = 10;  // D
  std::int64_t longest = 64;     // location: source positions that can be attended to
  bool input_feeding = true;     // h~ enters the first layer of the next step
  bool reversed = true;          // the source is read from its end
  bool bias = true;              // of the layers; the paper's have none
  bool tied = false;             // W_s is the target's embedding; units then equals embedding
  double range = 0;              // first values are uniform in [-range, range]; 0: Glorot's
  double dropout = 0;            // of the input of each layer, with the fed h~
  double output_dropout = 0;     // of the h~ that words are scored from
  DType dtype = DType::f32;
};

// paper: the paper's sizes. small: what trains well on some ten thousand sentences. medium: what
// benchmarks measure. micro: for tests. Throws
// Error listing the names for any other.
LuongConfig luong_preset(const std::string& name, std::int64_t vocabulary);
std::vector<std::string> luong_preset_names();

// Throws Error for sizes that make no model.
void check_config(const LuongConfig& config);

}  // namespace heed

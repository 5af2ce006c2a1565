// A sentence's attention made by hand: two source words of three pieces, two produced words of three pieces.
#pragma once

#include <heed/models/visual/attention_data.h>

namespace heed::little {

// Two heads of cross attention, [2, 4, 4]; </s> is a column and a row.
inline SentenceAttention little_attention() {
  SentenceAttention sentence;
  sentence.text = "smiling dog";
  sentence.translation = "netter Hund";
  sentence.log_probability = -1.5;
  sentence.source = {
      {"▁smil", "ing", "▁dog", "</s>"}, {0, 0, 1, 2}, {"smiling", "dog", "</s>"}, {false, false, true}};
  sentence.input = {
      {"<s>", "▁nett", "er", "▁Hund"}, {0, 1, 1, 2}, {"<s>", "netter", "Hund"}, {true, false, false}};
  sentence.output = {
      {"▁nett", "er", "▁Hund", "</s>"}, {0, 0, 1, 2}, {"netter", "Hund", "</s>"}, {false, false, true}};
  AttentionLayer layer;
  layer.tensor = "decoder/0/cross/weights";
  layer.weights = Array({2, 4, 4}, std::vector<float>{0.5f,   0.25f,  0.25f, 0,      //
                                                      0.25f,  0.5f,   0,     0.25f,  //
                                                      0.1f,   0.2f,   0.6f,  0.1f,   //
                                                      0,      0,      0,     1,      //
                                                      0,      0,      1,     0,      //
                                                      0,      0,      0,     1,      //
                                                      0.125f, 0.125f, 0.5f,  0.25f,  //
                                                      0.3f,   0.3f,   0.3f,  0.1f});
  sentence.layers.push_back(layer);
  for (const std::string& piece : sentence.output.pieces)
    sentence.steps.push_back({{{piece, 0.75}, {"x", 0.125}}, 0.75});
  sentence.encoder_states = Array({4, 2}, std::vector<float>{0.5f, -1, 0.25f, 0, 1, 1, -0.5f, 0.125f});
  return sentence;
}

}  // namespace heed::little

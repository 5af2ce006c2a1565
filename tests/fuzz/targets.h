// What is fuzzed: every reader of files, and what cuts text. Each target takes any bytes. It lets heed::Error
// pass silently, as the answer that bytes of no use deserve; everything else that leaves it is a finding.
#pragma once

#include <array>
#include <string_view>

namespace heed::fuzz {

void config(std::string_view bytes);         // config.json of a checkpoint
void safetensors(std::string_view bytes);    // the tensors of a checkpoint
void sentencepiece(std::string_view bytes);  // a SentencePiece model, and text cut by it
void text(std::string_view bytes);           // UTF-8, lines, words, BLEU's tokens and scores
void vocabulary(std::string_view bytes);     // a vocabulary file, and text cut by it

struct Target {
  std::string_view name;  // of its folder in corpus/, too
  void (*run)(std::string_view bytes);
};

inline constexpr std::array targets{Target{"config", config}, Target{"safetensors", safetensors},
                                    Target{"sentencepiece", sentencepiece}, Target{"text", text},
                                    Target{"vocabulary", vocabulary}};

}  // namespace heed::fuzz

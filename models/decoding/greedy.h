// Greedy decoding: the most probable next word, again and again, with every layer's keys and values kept.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include <heed/backends/executable.h>
#include <heed/models/transformer/transformer.h>

namespace heed {

struct DecodedSentence {
  std::vector<std::int32_t> words;  // without the end mark
  bool ended = false;               // false: cut at the length limit
  std::vector<std::vector<float>>
      weights;  // for each word, over the source words: the last layer's attention
                // to the source, averaged over its heads; only if asked for
};

// Translates batches of encoded sentences. Executables are made for few shapes and kept.
class GreedyDecoder {
 public:
  // `variables` holds the model's parameters; the caches live there, too, under decoding/.
  GreedyDecoder(const TransformerConfig& config, Variables& variables);

  // Sources end with the end mark. A translation has at most 50 words more than its source, as in the paper.
  std::vector<DecodedSentence> decode(std::span<const std::vector<std::int32_t>> sources,
                                      bool with_weights = false);

 private:
  struct Shape {
    std::int64_t rows, source_length;
    bool with_weights;
    auto operator<=>(const Shape&) const = default;
  };
  class Step;

  Step& step_for(const Shape& shape);
  void decode_together(std::span<const std::vector<std::int32_t>> sources,
                       std::span<const std::size_t> chosen, bool with_weights,
                       std::vector<DecodedSentence>& results);

  TransformerConfig config_;
  Variables& variables_;
  std::map<Shape, std::shared_ptr<Step>> steps_;
};

// Variables under this prefix belong to decoders and are not part of a model.
inline constexpr const char* decoding_prefix = "decoding/";

}  // namespace heed

// A model as decoding sees it: it encodes a batch of sentences, then scores the next word of every
// hypothesis, step by step. Its state (caches) stays on the device.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include <heed/graph/array.h>

namespace heed {

// Variables under this prefix belong to decoders and are not part of a model.
inline constexpr const char* decoding_prefix = "decoding/";

// B sentences with K hypotheses each; row b * K + k is hypothesis k of sentence b.
struct DecodingShape {
  std::int64_t sentences = 0, beams = 0, source_length = 0;
  std::int64_t longest = 0;     // words of a hypothesis
  std::int64_t candidates = 0;  // C: how many of a row's best next words a step gives
  bool with_weights = false;

  std::int64_t rows() const { return sentences * beams; }
  auto operator<=>(const DecodingShape&) const = default;
};

// lengths [A] of i32, of the sentences that `sentences` [B] of i32 names: [B].
Array rows_of_lengths(const Array& lengths, const Array& sentences);

class StepModel {
 public:
  virtual ~StepModel() = default;

  // source [B, S] and lengths [B] of i32; begins anew.
  virtual void encode(const Array& source, const Array& lengths) = 0;

  // Row i goes on from what row parents[i] was. parents [B * K] of i32; `position`: words so far.
  virtual void reorder(const Array& parents, std::int64_t position) = 0;

  // Goes on with some of another model's sentences and rows: sentences [B] and parents [B * K] of i32 say
  // which. `other` is of the same kind, with as many hypotheses for each sentence.
  virtual void take_over(StepModel& other, const Array& sentences, const Array& parents) = 0;

  // What a step gives, valid until the next.
  struct Scores {
    std::span<const float> values;         // [B * K, C]: the largest scores, before normalisation
    std::span<const std::int32_t> words;   // [B * K, C]: whose they are
    std::span<const float> normalizers;    // [B * K]: log sum exp over all words
    std::span<const float> forced_values;  // [B * K]: the scores of the words asked for
    std::span<const float> weights;        // [B, K, S]: what was attended to; with weights only
  };
  // words [B * K]: the last word of each row; forced [B * K]: a word whose score is wanted; both i32.
  virtual Scores step(const Array& words, const Array& forced, std::int64_t position) = 0;
};

}  // namespace heed

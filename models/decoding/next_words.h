// The end of every decoding step: which words may come next.
#pragma once

#include <heed/backends/executable.h>
#include <heed/models/decoding/step_model.h>

namespace heed {

// Tensors that a step fetches, made of the scores of R rows, [R, V], and of words [R] of i32 whose scores are
// asked for.
class NextWords {
 public:
  NextWords() = default;
  NextWords(Tensor scores, Tensor forced, std::int64_t candidates);

  Tensors fetches() const { return {values_, indices_, normalizers_, forced_values_}; }
  StepModel::Scores read(const Executable& executable) const;  // after a run that fetched them

 private:
  Tensor values_, indices_, normalizers_, forced_values_;
};

}  // namespace heed

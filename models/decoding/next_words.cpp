#include <heed/models/decoding/next_words.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/gather.h>
#include <heed/ops/random.h>
#include <heed/ops/softmax.h>
#include <heed/ops/topk.h>
#include <heed/ops/views.h>

namespace heed {

NextWords::NextWords(Tensor scores, Tensor forced, std::int64_t candidates) {
  const std::int64_t rows = scores.shape()[0], vocabulary = scores.shape()[1];
  const TopKResult top = top_k(scores, candidates);
  values_ = top.values;
  indices_ = top.indices;
  normalizers_ = log_sum_exp(scores, -1);
  const Tensor first = iota(scores.graph(), {DType::i32, {rows}}, 0) * static_cast<double>(vocabulary);
  forced_values_ = gather_rows(reshape(scores, {rows * vocabulary, 1}), first + forced);
}

StepModel::Scores NextWords::read(const Executable& executable) const {
  StepModel::Scores scores;
  scores.values = executable.value(values_).values<float>();
  scores.words = executable.value(indices_).values<std::int32_t>();
  scores.normalizers = executable.value(normalizers_).values<float>();
  scores.forced_values = executable.value(forced_values_).values<float>();
  return scores;
}

}  // namespace heed

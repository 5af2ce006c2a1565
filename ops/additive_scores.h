// Additive attention scores, Bahdanau et al. 2014, appendix A.1.2.
#pragma once

#include <heed/graph/graph.h>

namespace heed {

// queries [B, T, D], keys [B, S, D], weight v [D] -> scores [B, T, S] with
// score[b, t, s] = v . tanh(queries[b, t] + keys[b, s]).
// The gradient computes the tanh again, so that nothing of size [B, T, S, D] waits for it.
struct AdditiveScores final : Op {
  std::string_view name() const override { return "additive_scores"; }
  std::vector<std::string_view> input_names() const override { return {"queries", "keys", "weight"}; }
  std::vector<TensorType> infer(Types inputs) const override;
  bool is_composite() const override { return true; }
  Tensors expand(std::span<const Tensor> inputs) const override;
  std::optional<Gradients> gradient(const Applied& forward,
                                    std::span<const std::optional<Tensor>> outputs) const override;
};

// queries, keys, weight, gradient of the scores -> gradients of queries, keys and weight.
struct AdditiveScoresGrad final : Op {
  std::string_view name() const override { return "additive_scores_grad"; }
  std::vector<std::string_view> input_names() const override {
    return {"queries", "keys", "weight", "gradient"};
  }
  std::vector<TensorType> infer(Types inputs) const override;
  bool is_composite() const override { return true; }
  Tensors expand(std::span<const Tensor> inputs) const override;
};

Tensor additive_scores(Tensor queries, Tensor keys, Tensor weight, Where where = Where::current());

}  // namespace heed

// Cross-entropy straight from hidden states and the matrix that projects them to class scores. Rows are taken
// in chunks, so that the scores of all rows, [N, V], never exist together: neither forward nor backward.
#pragma once

#include <heed/graph/graph.h>

namespace heed {

struct ProjectionForm {
  double smoothing = 0;
  bool transposed = false;  // the weight is [V, d], as an embedding is, and not [d, V]
  bool bias = false;        // there is a bias [V]
  std::int64_t chunk = 0;   // rows whose scores exist at once; 0: as many as about two million scores are

  Attributes attributes() const;
};

// hidden [N, d], weight [d, V] or [V, d], targets [N] of i32, optionally bias [V]
// -> losses [N] as CrossEntropy gives them for hidden * weight + bias, log-sum-exp [N].
struct ProjectedCrossEntropy final : Op {
  explicit ProjectedCrossEntropy(const ProjectionForm& form) : form(form) {}
  std::string_view name() const override { return "projected_cross_entropy"; }
  Attributes attributes() const override { return form.attributes(); }
  std::vector<std::string_view> input_names() const override {
    return {"hidden", "weight", "targets", "bias"};
  }
  std::vector<TensorType> infer(Types inputs) const override;
  bool is_composite() const override { return true; }
  Tensors expand(std::span<const Tensor> inputs) const override;
  std::optional<Gradients> gradient(const Applied& forward,
                                    std::span<const std::optional<Tensor>> outputs) const override;

  ProjectionForm form;
};

// hidden, weight, targets, log-sum-exp, gradient of the losses, optionally bias -> gradients of hidden and
// weight, and of the bias if there is one. The scores are computed again.
struct ProjectedCrossEntropyGrad final : Op {
  explicit ProjectedCrossEntropyGrad(const ProjectionForm& form) : form(form) {}
  std::string_view name() const override { return "projected_cross_entropy_grad"; }
  Attributes attributes() const override { return form.attributes(); }
  std::vector<std::string_view> input_names() const override {
    return {"hidden", "weight", "targets", "log_sum_exp", "gradient", "bias"};
  }
  std::vector<TensorType> infer(Types inputs) const override;
  bool is_composite() const override { return true; }
  Tensors expand(std::span<const Tensor> inputs) const override;

  ProjectionForm form;
};

struct ProjectionOptions {
  double smoothing = 0;
  bool transposed = false;  // the weight is [V, d]
  Tensor bias{};            // [V], if any
  std::int64_t chunk = 0;   // see ProjectionForm
};

// hidden [..., d], targets [...] of i32 -> the loss of each row [...].
Tensor projected_cross_entropy(Tensor hidden, Tensor weight, Tensor targets,
                               const ProjectionOptions& options = {}, Where where = Where::current());

}  // namespace heed

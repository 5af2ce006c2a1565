// Checks gradients against central differences, for ops and for a user's whole model.
#pragma once

#include <span>
#include <string>

#include <heed/graph/evaluate.h>
#include <heed/graph/graph.h>

namespace heed {

struct GradientCheck {
  double worst = 0;                 // largest |analytic - numeric| / max(1, |analytic|, |numeric|)
  std::string tensor;               // where: "encoder/w f64[3, 4]"
  std::int64_t element = 0;         // and which of its elements, counted through
  std::vector<std::int64_t> index;  // the same, axis by axis
  double analytic = 0;
  double numeric = 0;
};

// "encoder/w f64[3, 4] at [2, 1]: gradient 0.5, finite difference 0.25, off by 0.25"
std::string to_string(const GradientCheck& check);

struct GradientCheckOptions {
  double step = 1e-5;                    // distance of the central difference, times max(1, |x|)
  std::int64_t most_elements = 1 << 30;  // checks an evenly spread choice of elements of larger tensors
};

// Compares gradients(loss, wrt) with finite differences at the point that `point` gives: values for inputs
// and, where they should differ from their initial ones, variables; `wrt` may name both, but every tensor
// of `wrt` that `point` leaves out must be a variable. Use float64 graphs: in float32 the differences
// themselves are off by 1e-3. Adds nodes to the loss's graph.
GradientCheck check_gradients(const Evaluate& evaluate, Tensor loss, std::span<const Tensor> wrt,
                              std::span<const Feed> point, const GradientCheckOptions& options = {});

// The same for all floating-point variables of the loss's graph: a user's whole model. Dropout does no harm,
// as each run of an Evaluate draws the same numbers.
GradientCheck check_gradients(const Evaluate& evaluate, Tensor loss, std::span<const Feed> point = {},
                              const GradientCheckOptions& options = {});

}  // namespace heed

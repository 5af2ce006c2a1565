#include <fmt/format.h>

#include <heed/graph/sources.h>
#include <heed/models/training/optimizer.h>
#include <heed/ops/elementwise.h>

namespace heed {

namespace {

Tensor rate_or(const Tensor& rate, double fixed, const Tensor& parameter) {
  return rate ? rate : scalar_like(parameter, fixed);
}

// A variable of the optimiser that goes with a parameter.
Tensor state_of(const Tensor& parameter, const std::string& prefix) {
  return parameter.graph().variable(prefix + variable_name(parameter), parameter.dtype(), parameter.shape(),
                                    zeros());
}

void require_pairs(const char* optimizer, std::span<const Tensor> parameters,
                   std::span<const Tensor> gradients, Where where) {
  if (!parameters.empty() && parameters.size() == gradients.size()) return;
  throw Error(fmt::format("{}: needs as many gradients as parameters, and at least one: {} and {}\n  at {}",
                          optimizer, gradients.size(), parameters.size(), describe(where)));
}

}  // namespace

Updates adam(std::span<const Tensor> parameters, std::span<const Tensor> gradients,
             const AdamOptions& options, Where where) {
  require_pairs("adam", parameters, gradients, where);
  Graph& graph = parameters.front().graph();
  const auto origin = graph.at(where);
  const DType dtype = parameters.front().dtype();
  const Tensor step = graph.variable("adam/step", DType::i32, {}, zeros());
  const Tensor next_step = step + 1.0;
  const Tensor t = cast(next_step, dtype);
  const auto correction = [&](double beta) { return 1.0 - power(scalar_like(t, beta), t); };
  const Tensor correction1 = correction(options.coefficients.beta1);
  const Tensor correction2 = correction(options.coefficients.beta2);
  const Tensor rate = rate_or(options.learning_rate, options.fixed_rate, parameters.front());

  Updates updates{graph.assign(step, next_step)};
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const AdamState state{parameters[i], state_of(parameters[i], "adam/first/"),
                          state_of(parameters[i], "adam/second/")};
    AdamCoefficients coefficients = options.coefficients;
    if (options.decays && !options.decays(variable_name(parameters[i]))) coefficients.weight_decay = 0;
    const AdamState next = adam_update(state, gradients[i], rate, correction1, correction2, coefficients);
    updates.push_back(graph.assign(state.parameter, next.parameter));
    updates.push_back(graph.assign(state.first_moment, next.first_moment));
    updates.push_back(graph.assign(state.second_moment, next.second_moment));
  }
  return updates;
}

Updates sgd(std::span<const Tensor> parameters, std::span<const Tensor> gradients, const SgdOptions& options,
            Where where) {
  require_pairs("sgd", parameters, gradients, where);
  Graph& graph = parameters.front().graph();
  const auto origin = graph.at(where);
  const Tensor rate = rate_or(options.learning_rate, options.fixed_rate, parameters.front());
  Updates updates;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (options.momentum == 0) {
      updates.push_back(graph.assign(parameters[i], sgd_update(parameters[i], gradients[i], rate)));
      continue;
    }
    const MomentumState state{parameters[i], state_of(parameters[i], "sgd/momentum/")};
    const MomentumState next =
        momentum_update(state, gradients[i], rate, {options.momentum, options.nesterov});
    updates.push_back(graph.assign(state.parameter, next.parameter));
    updates.push_back(graph.assign(state.momentum, next.momentum));
  }
  return updates;
}

Updates adadelta(std::span<const Tensor> parameters, std::span<const Tensor> gradients,
                 const AdadeltaOptions& options, Where where) {
  require_pairs("adadelta", parameters, gradients, where);
  Graph& graph = parameters.front().graph();
  const auto origin = graph.at(where);
  const Tensor rate = rate_or(options.learning_rate, options.fixed_rate, parameters.front());
  Updates updates;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const AdadeltaState state{parameters[i], state_of(parameters[i], "adadelta/gradients/"),
                              state_of(parameters[i], "adadelta/steps/")};
    const AdadeltaState next = adadelta_update(state, gradients[i], rate, options.coefficients);
    updates.push_back(graph.assign(state.parameter, next.parameter));
    updates.push_back(graph.assign(state.gradients, next.gradients));
    updates.push_back(graph.assign(state.steps, next.steps));
  }
  return updates;
}

ClippedGradients clip_by_global_norm(std::span<const Tensor> gradients, double largest, Where where) {
  const auto origin = gradients.front().graph().at(where);
  ClippedGradients clipped{{}, global_norm(gradients)};
  const Tensor factor = minimum(scalar_like(clipped.norm, largest) / clipped.norm, 1.0);
  const Tensor safe = select(less(0.0, clipped.norm), factor, 1.0);
  for (const Tensor& gradient : gradients) clipped.gradients.push_back(gradient * safe);
  return clipped;
}

}  // namespace heed

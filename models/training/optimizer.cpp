#include <heed/graph/sources.h>
#include <heed/models/training/optimizer.h>
#include <heed/ops/elementwise.h>

namespace heed {

Updates adam(std::span<const Tensor> parameters, std::span<const Tensor> gradients,
             const AdamOptions& options, Where where) {
  Graph& graph = parameters.front().graph();
  const auto origin = graph.at(where);
  const DType dtype = parameters.front().dtype();
  const Tensor step = graph.variable("adam/step", DType::i32, {}, zeros());
  const Tensor next_step = step + 1.0;
  const Tensor t = cast(next_step, dtype);
  const auto correction = [&](double beta) { return 1.0 - power(scalar_like(t, beta), t); };
  const Tensor correction1 = correction(options.coefficients.beta1);
  const Tensor correction2 = correction(options.coefficients.beta2);
  const Tensor rate = options.learning_rate ? options.learning_rate : scalar_like(t, options.fixed_rate);

  Updates updates{graph.assign(step, next_step)};
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const Tensor& parameter = parameters[i];
    const std::string& name = variable_name(parameter);
    const AdamState state{parameter, graph.variable("adam/first/" + name, dtype, parameter.shape(), zeros()),
                          graph.variable("adam/second/" + name, dtype, parameter.shape(), zeros())};
    const AdamState next =
        adam_update(state, gradients[i], rate, correction1, correction2, options.coefficients);
    updates.push_back(graph.assign(state.parameter, next.parameter));
    updates.push_back(graph.assign(state.first_moment, next.first_moment));
    updates.push_back(graph.assign(state.second_moment, next.second_moment));
  }
  return updates;
}

Updates sgd(std::span<const Tensor> parameters, std::span<const Tensor> gradients, double learning_rate,
            Where where) {
  Updates updates;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    Graph& graph = parameters[i].graph();
    const Tensor moved =
        sgd_update(parameters[i], gradients[i], scalar_like(parameters[i], learning_rate), where);
    updates.push_back(graph.assign(parameters[i], moved, where));
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

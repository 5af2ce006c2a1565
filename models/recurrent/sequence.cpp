#include <fmt/format.h>

#include <heed/models/recurrent/sequence.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/random.h>
#include <heed/ops/split.h>
#include <heed/ops/views.h>

namespace heed {

Tensors alive_steps(Tensor lengths, std::int64_t steps, Where where) {
  Graph& graph = lengths.graph();
  const auto origin = graph.at(where);
  const Tensor step = iota(graph, {DType::i32, {steps, 1, 1}}, 0);
  return unstack(less(step, reshape(lengths, {1, lengths.shape().elements(), 1})));
}

Tensor zero_state(Tensor inputs, std::int64_t units, Where where) {
  return broadcast_to(scalar_like(inputs, 0, where), {inputs.shape()[1], units}, where);
}

Tensor gate_matrix(Graph& graph, const std::string& name, const TensorType& type, std::int64_t gates,
                   const std::optional<Initializer>& initializer, Where where) {
  const Initializer glorot = glorot_uniform(type.shape[0], type.shape[1] / gates);
  return graph.variable(name, type.dtype, type.shape, initializer.value_or(glorot), where);
}

void require_time_major(const std::string& layer, Tensor inputs, std::int64_t in, Where where) {
  if (inputs.shape().rank() == 3 && inputs.shape()[0] > 0 && inputs.shape()[2] == in) return;
  throw ShapeError(
      fmt::format("{}: inputs must be [steps, batch, {}] with at least one step, not {}\n  at {}", layer, in,
                  describe(inputs), describe(where)));
}

}  // namespace heed

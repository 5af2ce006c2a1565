#include <fmt/format.h>

#include <heed/models/recurrent/gru.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/matmul.h>
#include <heed/ops/recurrent.h>

namespace heed {

GruLayer::GruLayer(Graph& graph, const std::string& name, const RecurrentOptions& options, Where where)
    : name_(name), in_(options.in), units_(options.units) {
  const DType dtype = options.dtype;
  const std::int64_t n = units_;
  input_weight_ =
      gate_matrix(graph, name + "/input_weight", {dtype, {in_, 3 * n}}, 3, options.input_initializer, where);
  if (options.bias) input_bias_ = graph.variable(name + "/input_bias", dtype, {3 * n}, zeros(), where);
  if (options.reset == ResetGate::after_product) {
    state_weight_ =
        gate_matrix(graph, name + "/state_weight", {dtype, {n, 3 * n}}, 3, options.state_initializer, where);
    if (options.state_bias)
      state_bias_ = graph.variable(name + "/state_bias", dtype, {3 * n}, zeros(), where);
    return;
  }
  if (options.state_bias) {
    throw Error(
        fmt::format("{}: a GRU has a bias on the state only where its reset gate acts behind the product\n"
                    "  at {}",
                    name, describe(where)));
  }
  gate_weight_ =
      gate_matrix(graph, name + "/gate_weight", {dtype, {n, 2 * n}}, 2, options.state_initializer, where);
  candidate_weight_ =
      gate_matrix(graph, name + "/candidate_weight", {dtype, {n, n}}, 1, options.state_initializer, where);
}

Tensor GruLayer::project(Tensor inputs, Where where) const {
  const auto origin = inputs.graph().at(where);
  const Tensor product = matmul(inputs, input_weight_);
  return input_bias_ ? product + input_bias_ : product;
}

GruLayer::State GruLayer::step(Tensor projected, State state, Tensor alive, Where where) const {
  if (state_weight_) return gru_cell_reset_after(projected, state, state_weight_, state_bias_, alive, where);
  return gru_cell(projected, state, gate_weight_, candidate_weight_, alive, where);
}

GruLayer::Result GruLayer::operator()(Tensor inputs, Tensor lengths, Direction direction, State initial,
                                      Where where) const {
  require_time_major(name_, inputs, in_, where);
  const auto origin = inputs.graph().at(where);
  const auto one = [this](Tensor projected, const State& state, Tensor alive) {
    return step(projected, state, alive);
  };
  return unroll(project(inputs), lengths, direction, initial ? initial : zero_state(inputs, units_), one,
                [](const State& state) { return state; });
}

}  // namespace heed

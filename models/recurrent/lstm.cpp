#include <heed/models/recurrent/lstm.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/matmul.h>

namespace heed {

namespace {

// Zeros, but for the forget gate.
Initializer first_bias(const RecurrentOptions& options) {
  const std::int64_t n = options.units;
  if (options.forget_bias == 0) return zeros();
  Array values(options.dtype, {4 * n});
  for (std::int64_t i = 0; i < 4 * n; ++i) values.set_number(i, i / n == 1 ? options.forget_bias : 0);
  return values_of(std::move(values));
}

}  // namespace

LstmLayer::LstmLayer(Graph& graph, const std::string& name, const RecurrentOptions& options, Where where)
    : name_(name), in_(options.in), units_(options.units) {
  const DType dtype = options.dtype;
  const std::int64_t n = units_;
  input_weight_ =
      gate_matrix(graph, name + "/input_weight", {dtype, {in_, 4 * n}}, 4, options.input_initializer, where);
  if (options.bias) {
    input_bias_ = graph.variable(name + "/input_bias", dtype, {4 * n}, first_bias(options), where);
  }
  state_weight_ =
      gate_matrix(graph, name + "/state_weight", {dtype, {n, 4 * n}}, 4, options.state_initializer, where);
  if (options.state_bias) state_bias_ = graph.variable(name + "/state_bias", dtype, {4 * n}, zeros(), where);
}

Tensor LstmLayer::project(Tensor inputs, Where where) const {
  const auto origin = inputs.graph().at(where);
  const Tensor product = matmul(inputs, input_weight_);
  return input_bias_ ? product + input_bias_ : product;
}

LstmState LstmLayer::step(Tensor projected, const State& state, Tensor alive, Where where) const {
  const auto origin = projected.graph().at(where);
  return lstm_cell(state_bias_ ? projected + state_bias_ : projected, state, state_weight_, alive);
}

LstmLayer::Result LstmLayer::operator()(Tensor inputs, Tensor lengths, Direction direction, State initial,
                                        Where where) const {
  require_time_major(name_, inputs, in_, where);
  const auto origin = inputs.graph().at(where);
  const Tensor nothing_yet = zero_state(inputs, units_);
  const State first = initial.hidden ? initial : State{nothing_yet, nothing_yet};
  const auto one = [this](Tensor projected, const State& state, Tensor alive) {
    return step(projected, state, alive);
  };
  return unroll(project(inputs), lengths, direction, first, one,
                [](const State& state) { return state.hidden; });
}

}  // namespace heed

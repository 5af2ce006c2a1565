#include <array>

#include <fmt/format.h>

#include <heed/ops/elementwise.h>
#include <heed/ops/matmul.h>
#include <heed/ops/recurrent.h>
#include <heed/ops/split.h>

namespace heed {

namespace {

// Writes the cells' formulas in one floating-point type.
struct Formula {
  explicit Formula(DType dtype) : dtype(dtype) {}

  Register input() { return builder.input(dtype); }
  Register add(Register a, Register b) { return builder.emit(ScalarOp::add, a, b); }
  Register mul(Register a, Register b) { return builder.emit(ScalarOp::multiply, a, b); }
  Register tanh(Register x) { return builder.emit(ScalarOp::tanh, x); }
  Register sigmoid(Register x) {
    const Register half = builder.constant(dtype, 0.5);
    return add(mul(tanh(mul(x, half)), half), half);
  }
  Register where(Register condition, Register a, Register b) {
    return builder.emit(ScalarOp::select, condition, a, b);
  }

  DType dtype;
  ScalarBuilder builder;
};

void require_projected(std::string_view cell, Tensor projected, Tensor state, std::int64_t parts,
                       Where where) {
  const Shape& shape = state.shape();
  if (shape.rank() == 2 && projected.shape() == shape.with(1, parts * shape[1])) return;
  throw ShapeError(fmt::format(
      "{}: needs a state [B, n] and projected inputs [B, {}n]\n  state      {}\n  projected  {}\n  at {}",
      cell, parts, describe(state), describe(projected), describe(where)));
}

// Update gate z and the reset state r * h.
Tensors gru_gates(const Tensors& projected, const Tensors& products, Tensor state) {
  Formula f(state.dtype());
  const Register z_in = f.input(), r_in = f.input(), z_product = f.input(), r_product = f.input(),
                 h = f.input();
  const Register z = f.sigmoid(f.add(z_in, z_product));
  const Register reset = f.mul(f.sigmoid(f.add(r_in, r_product)), h);
  const Tensor inputs[] = {projected[0], projected[1], products[0], products[1], state};
  return elementwise(f.builder.finish({z, reset}), inputs);
}

Tensor gru_state(Tensor projected, Tensor product, Tensor z, Tensor state, Tensor alive) {
  Formula f(state.dtype());
  Tensors inputs{projected, product, z, state};
  const Register g_in = f.input(), g_product = f.input(), gate = f.input(), h = f.input();
  const Register lives = alive ? f.builder.input(DType::boolean) : Register{0};
  if (alive) inputs.push_back(alive);
  const Register g = f.tanh(f.add(g_in, g_product));
  const Register next = f.add(h, f.mul(gate, f.builder.emit(ScalarOp::subtract, g, h)));
  return elementwise(f.builder.finish({alive ? f.where(lives, next, h) : next}), inputs).front();
}

}  // namespace

Tensor gru_cell(Tensor projected, Tensor state, Tensor gate_weight, Tensor candidate_weight, Tensor alive,
                Where where) {
  require_projected("gru_cell", projected, state, 3, where);
  const auto origin = state.graph().at(where);
  const Tensors inputs = split(projected, 1, 3);
  const Tensors gates = gru_gates(inputs, split(matmul(state, gate_weight), 1, 2), state);
  return gru_state(inputs[2], matmul(gates[1], candidate_weight), gates[0], state, alive);
}

Tensor gru_cell_reset_after(Tensor projected, Tensor state, Tensor weight, Tensor bias, Tensor alive,
                            Where where) {
  require_projected("gru_cell_reset_after", projected, state, 3, where);
  const auto origin = state.graph().at(where);
  Tensors inputs = split(projected, 1, 3);
  const Tensor product = matmul(state, weight);
  for (const Tensor& part : split(bias ? product + bias : product, 1, 3)) inputs.push_back(part);
  inputs.push_back(state);
  Formula f(state.dtype());
  std::array<Register, 6> in{};
  for (Register& part : in) part = f.input();
  const Register h = f.input();
  const Register lives = alive ? f.builder.input(DType::boolean) : Register{0};
  if (alive) inputs.push_back(alive);
  const Register z = f.sigmoid(f.add(in[0], in[3])), r = f.sigmoid(f.add(in[1], in[4]));
  const Register g = f.tanh(f.add(in[2], f.mul(r, in[5])));
  const Register next = f.add(h, f.mul(z, f.builder.emit(ScalarOp::subtract, g, h)));
  return elementwise(f.builder.finish({alive ? f.where(lives, next, h) : next}), inputs).front();
}

LstmState lstm_cell(Tensor projected, const LstmState& state, Tensor weight, Tensor alive, Where where) {
  require_projected("lstm_cell", projected, state.hidden, 4, where);
  const auto origin = projected.graph().at(where);
  Tensors inputs = split(projected, 1, 4);
  for (const Tensor& product : split(matmul(state.hidden, weight), 1, 4)) inputs.push_back(product);
  inputs.push_back(state.cell);
  Formula f(projected.dtype());
  std::array<Register, 8> in{};
  for (Register& part : in) part = f.input();
  const Register c = f.input();
  Register h = 0, lives = 0;
  if (alive) {
    h = f.input();
    lives = f.builder.input(DType::boolean);
    inputs.push_back(state.hidden);
    inputs.push_back(alive);
  }
  const auto part = [&](std::size_t k) { return f.add(in[k], in[k + 4]); };
  Register cell = f.add(f.mul(f.sigmoid(part(1)), c), f.mul(f.sigmoid(part(0)), f.tanh(part(3))));
  Register hidden = f.mul(f.sigmoid(part(2)), f.tanh(cell));
  if (alive) {
    cell = f.where(lives, cell, c);
    hidden = f.where(lives, hidden, h);
  }
  const Tensors next = elementwise(f.builder.finish({hidden, cell}), inputs);
  return {next[0], next[1]};
}

}  // namespace heed

#include <fmt/format.h>

#include <heed/ops/elementwise.h>
#include <heed/ops/matmul.h>
#include <heed/ops/reduce.h>
#include <heed/ops/views.h>

namespace heed {

Attributes Matmul::attributes() const {
  Attributes result;
  if (transpose_a) result.push_back({"transpose_a", true});
  if (transpose_b) result.push_back({"transpose_b", true});
  if (wide) result.push_back({"wide", true});
  return result;
}

std::vector<TensorType> Matmul::infer(Types inputs) const {
  const TensorType& a = inputs[0];
  const TensorType& b = inputs[1];
  if (a.shape.rank() < 2 || b.shape.rank() < 2)
    throw ShapeError("both operands need at least two dimensions");
  if (a.dtype != b.dtype) {
    throw ShapeError(
        fmt::format("types differ: {} and {}; cast one of them", name_of(a.dtype), name_of(b.dtype)));
  }
  if (!is_floating(a.dtype))
    throw ShapeError(fmt::format("takes floating-point tensors, not {}", name_of(a.dtype)));
  if (wide && a.dtype != DType::bf16 && a.dtype != DType::f16)
    throw ShapeError(fmt::format("a wide product takes bf16 or f16 operands, not {}", name_of(a.dtype)));
  const std::int64_t rows = a.shape[transpose_a ? -1 : -2];
  const std::int64_t inner_a = a.shape[transpose_a ? -2 : -1];
  const std::int64_t inner_b = b.shape[transpose_b ? -1 : -2];
  const std::int64_t columns = b.shape[transpose_b ? -2 : -1];
  if (inner_a != inner_b) {
    const bool transposed_fits = inner_a == columns;
    throw ShapeError(fmt::format("inner dimensions differ: {} and {}{}", inner_a, inner_b,
                                 transposed_fits ? "; b fits if transpose_b is changed" : ""));
  }
  const Shape batch = broadcast(a.shape.leading(a.shape.rank() - 2), b.shape.leading(b.shape.rank() - 2));
  const TensorType result{wide ? DType::f32 : a.dtype, batch.appended(rows).appended(columns)};
  if (inputs.size() > 2 && inputs[2] != result) {
    throw ShapeError(
        fmt::format("the accumulate operand must be {}, not {}", to_string(result), to_string(inputs[2])));
  }
  return {result};
}

namespace {

// With a plain matrix b, all rows of a are one tall matrix, and so is the gradient of b one product.
Gradients gradient_of_flat(const Applied& f, Tensor g, bool transpose_b) {
  const Tensor& a = f.inputs[0];
  const Tensor& b = f.inputs[1];
  const Tensor tall_a = flatten_leading(a);
  const Tensor tall_g = flatten_leading(g);
  const Tensor grad_a = matmul(tall_g, b, {.transpose_b = !transpose_b});
  const Tensor grad_b = transpose_b ? matmul(tall_g, tall_a, {.transpose_a = true})
                                    : matmul(tall_a, tall_g, {.transpose_a = true});
  return {reshape(grad_a, a.shape()), grad_b};
}

Gradients gradient_of_batch(const Applied& f, Tensor g, bool transpose_a, bool transpose_b) {
  const Tensor& a = f.inputs[0];
  const Tensor& b = f.inputs[1];
  const Tensor grad_a = transpose_a ? matmul(b, g, {.transpose_a = transpose_b, .transpose_b = true})
                                    : matmul(g, b, {.transpose_b = !transpose_b});
  const Tensor grad_b = transpose_b ? matmul(g, a, {.transpose_a = true, .transpose_b = transpose_a})
                                    : matmul(a, g, {.transpose_a = !transpose_a});
  return {sum_to(grad_a, a.shape()), sum_to(grad_b, b.shape())};
}

}  // namespace

double Matmul::flops(Types inputs, Types outputs) const {
  const std::int64_t inner = inputs[0].shape[transpose_a ? -2 : -1];
  return 2 * static_cast<double>(inner) * static_cast<double>(outputs[0].shape.elements());
}

std::optional<Gradients> Matmul::gradient(const Applied& forward,
                                          std::span<const std::optional<Tensor>> outputs) const {
  const Tensor g = wide ? cast(*outputs[0], forward.inputs[0].dtype()) : *outputs[0];
  const bool flat = forward.inputs[1].shape().rank() == 2 && !transpose_a;
  Gradients gradients = flat ? gradient_of_flat(forward, g, transpose_b)
                             : gradient_of_batch(forward, g, transpose_a, transpose_b);
  if (forward.inputs.size() > 2) gradients.emplace_back(*outputs[0]);
  return gradients;
}

Tensor matmul(Tensor a, Tensor b, MatmulOptions options, Where where) {
  Tensors inputs{a, b};
  if (options.accumulate) inputs.push_back(options.accumulate);
  return a.graph().apply_one(std::make_shared<Matmul>(options.transpose_a, options.transpose_b, options.wide),
                             inputs, where);
}

}  // namespace heed

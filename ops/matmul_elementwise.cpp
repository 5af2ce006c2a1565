#include <fmt/format.h>

#include <heed/graph/error.h>
#include <heed/graph/graph.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/matmul_elementwise.h>

namespace heed {

namespace {

// The types of the program's operands.
std::vector<TensorType> operands_of(const MatmulElementwise& op, Types inputs, const TensorType& product) {
  std::vector<TensorType> operands{product};
  const Types others = inputs.subspan(op.product_inputs());
  operands.insert(operands.end(), others.begin(), others.end());
  return operands;
}

}  // namespace

Attributes MatmulElementwise::attributes() const {
  Attributes attributes = product.attributes();
  if (accumulates) attributes.push_back({"accumulates", true});
  attributes.push_back({"program", to_string(program)});
  return attributes;
}

std::vector<TensorType> MatmulElementwise::infer(Types inputs) const {
  if (program.results.size() != 1) throw ShapeError("computes one result");
  if (inputs.size() != product_inputs() + program.inputs.size() - 1) {
    throw ShapeError(
        fmt::format("takes {} inputs, not {}", product_inputs() + program.inputs.size() - 1, inputs.size()));
  }
  const TensorType between = product.infer(inputs.first(product_inputs())).front();
  std::vector<TensorType> results = Elementwise(program).infer(operands_of(*this, inputs, between));
  if (results.front().shape != between.shape) {
    throw ShapeError(fmt::format("the result {} must have the product's shape, {}",
                                 to_string(results.front()), to_string(between)));
  }
  return results;
}

double MatmulElementwise::flops(Types inputs, Types outputs) const {
  const std::vector<TensorType> between = product.infer(inputs.first(product_inputs()));
  return product.flops(inputs.first(product_inputs()), between) +
         Elementwise(program).flops(operands_of(*this, inputs, between.front()), outputs);
}

Tensors MatmulElementwise::expand(std::span<const Tensor> inputs) const {
  Graph& graph = inputs.front().graph();
  Tensors operands = graph.apply(std::make_shared<Matmul>(product), inputs.first(product_inputs()));
  operands.insert(operands.end(), inputs.begin() + static_cast<std::ptrdiff_t>(product_inputs()),
                  inputs.end());
  return elementwise(program, operands);
}

bool MatmulElementwise::same_as(const Op& other) const {
  const auto* same = dynamic_cast<const MatmulElementwise*>(&other);
  return same && same->accumulates == accumulates && same->program == program &&
         same->product.same_as(product);
}

Tensor matmul_elementwise(const Matmul& product, bool accumulates, ScalarProgram program,
                          std::span<const Tensor> inputs, Where where) {
  if (inputs.empty()) throw Error("matmul_elementwise: needs operands\n  at " + describe(where));
  return inputs.front().graph().apply_one(
      std::make_shared<MatmulElementwise>(product, accumulates, std::move(program)), inputs, where);
}

}  // namespace heed

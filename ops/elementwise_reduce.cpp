#include <heed/graph/error.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/elementwise_reduce.h>

namespace heed {

Attributes ElementwiseReduce::attributes() const {
  Attributes attributes{{"program", to_string(program)}, {"reduce", std::string(reduce.name())}};
  for (Attribute& attribute : reduce.attributes()) attributes.push_back(std::move(attribute));
  return attributes;
}

std::vector<TensorType> ElementwiseReduce::infer(Types inputs) const {
  if (program.results.size() != 1) throw ShapeError("reduces one result");
  return reduce.infer(Elementwise(program).infer(inputs));
}

Tensors ElementwiseReduce::expand(std::span<const Tensor> inputs) const {
  const Tensors values = elementwise(program, inputs);
  return values.front().graph().apply(std::make_shared<Reduce>(reduce), values);
}

bool ElementwiseReduce::same_as(const Op& other) const {
  const auto* same = dynamic_cast<const ElementwiseReduce*>(&other);
  return same && same->program == program && same->reduce.same_as(reduce);
}

Tensor elementwise_reduce(ScalarProgram program, const Reduce& reduce, std::span<const Tensor> inputs,
                          Where where) {
  if (inputs.empty()) throw Error("elementwise_reduce: needs an operand\n  at " + describe(where));
  return inputs.front().graph().apply_one(std::make_shared<ElementwiseReduce>(std::move(program), reduce),
                                          inputs, where);
}

}  // namespace heed

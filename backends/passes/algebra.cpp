// Algebra: ops that change nothing disappear, views of views become one, scalar programs lose what has no
// effect. Every rewrite is exact to the last bit, signed zeros and infinities included.
#include <heed/backends/passes/passes.h>
#include <heed/backends/passes/repeated_inputs.h>
#include <heed/graph/sources.h>
#include <heed/ops/after.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/pad.h>
#include <heed/ops/scalar_simplify.h>
#include <heed/ops/views.h>

namespace heed {

namespace {

const Op& op_of(const Tensor& tensor) {
  return *tensor.graph().node(tensor.node()).op;
}

Tensor operand_of(const Tensor& tensor) {
  return tensor.graph().tensor(tensor.graph().node(tensor.node()).inputs[0]);
}

Tensor view_of_view(const Slice& slice, const Slice& earlier, const Tensor& operand) {
  Slice both = slice;
  for (std::size_t i = 0; i < slice.starts.size(); ++i) {
    both.starts[i] = earlier.starts[i] + slice.starts[i] * earlier.steps[i];
    both.steps[i] = earlier.steps[i] * slice.steps[i];
  }
  return operand.graph().apply_one(std::make_shared<Slice>(std::move(both)), std::span(&operand, 1));
}

Tensor view_of_view(const Transpose& transposed, const Transpose& earlier, const Tensor& operand) {
  std::vector<std::int64_t> order;
  for (const std::int64_t axis : transposed.order)
    order.push_back(earlier.order[static_cast<std::size_t>(axis)]);
  return transpose(operand, order);
}

bool keeps_order(const Transpose& transposed) {
  for (std::size_t i = 0; i < transposed.order.size(); ++i) {
    if (transposed.order[i] != static_cast<std::int64_t>(i)) return false;
  }
  return true;
}

Tensors simplified_view(const Op& op, const Tensor& x, const TensorType& type) {
  const auto* transposed = dynamic_cast<const Transpose*>(&op);
  if (x.type() == type && (!transposed || keeps_order(*transposed))) return {x};
  const Op& earlier = op_of(x);
  if (dynamic_cast<const Reshape*>(&op) && dynamic_cast<const Reshape*>(&earlier)) {
    return {reshape(operand_of(x), type.shape)};
  }
  if (dynamic_cast<const BroadcastTo*>(&op) && dynamic_cast<const BroadcastTo*>(&earlier)) {
    return {broadcast_to(operand_of(x), type.shape)};
  }
  if (const auto* before = dynamic_cast<const Transpose*>(&earlier); before && transposed) {
    const Tensor both = view_of_view(*transposed, *before, operand_of(x));
    return keeps_order(static_cast<const Transpose&>(op_of(both))) ? Tensors{operand_of(x)} : Tensors{both};
  }
  const auto* slice = dynamic_cast<const Slice*>(&op);
  if (const auto* before = dynamic_cast<const Slice*>(&earlier); before && slice) {
    return {view_of_view(*slice, *before, operand_of(x))};
  }
  return {};
}

// An elementwise op whose single result is one of its inputs is that input, or a broadcast of it.
Tensors simplified_elementwise(const Elementwise& op, std::span<const Tensor> inputs, const TensorType& type,
                               Graph& into) {
  ScalarProgram program = op.program;
  Tensors operands(inputs.begin(), inputs.end());
  merge_repeated_inputs(program, operands);
  program = simplified(program);
  if (program.results.size() == 1 && program.is_input(program.results[0])) {
    const Tensor& x = operands[program.results[0]];
    return {x.shape() == type.shape ? x : broadcast_to(x, type.shape)};
  }
  if (program == op.program) return {};
  CompactProgram compacted = compact(program);
  Tensors used;
  for (const std::size_t index : compacted.inputs) used.push_back(operands[index]);
  if (used.empty()) return {};
  const Tensors results = into.apply(std::make_shared<Elementwise>(std::move(compacted.program)), used);
  // The shape must not shrink when a full-sized operand turned out not to matter.
  return results.front().shape() == type.shape ? results : Tensors{};
}

bool pads_nothing(const Pad& pad) {
  for (const PadAxis& axis : pad.axes) {
    if (axis.low != 0 || axis.high != 0 || axis.between != 0) return false;
  }
  return true;
}

}  // namespace

LoweredGraph simplify_algebra(const LoweredGraph& from) {
  return rewrite(from, [](NodeId, const Node& node, std::span<const Tensor> inputs, Graph& into) -> Tensors {
    const Op& op = *node.op;
    if (dynamic_cast<const After*>(&op)) return {};  // changes no value, but keeps what is equal apart
    if (dynamic_cast<const ViewOp*>(&op)) return simplified_view(op, inputs[0], node.outputs[0]);
    if (const auto* elementwise = dynamic_cast<const Elementwise*>(&op)) {
      return simplified_elementwise(*elementwise, inputs, node.outputs[0], into);
    }
    if (const auto* padded = dynamic_cast<const Pad*>(&op); padded && pads_nothing(*padded)) {
      return {inputs[0]};
    }
    if (dynamic_cast<const Concatenate*>(&op) && inputs.size() == 1) return {inputs[0]};
    return {};
  });
}

}  // namespace heed

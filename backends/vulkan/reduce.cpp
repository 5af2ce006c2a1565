#include <algorithm>

#include <heed/backends/vulkan/elementwise_shader.h>
#include <heed/backends/vulkan/index_space.h>
#include <heed/backends/vulkan/make.h>
#include <heed/backends/vulkan/reduction.h>
#include <heed/backends/vulkan/scalar_writer.h>

namespace heed::vulkan {

namespace {

constexpr std::int64_t group = 64;

// How the work is cut: `parts` of each result, computed by a group or by a single invocation.
struct Cut {
  bool by_group = false;
  std::int64_t parts = 1;
};

// Neighbouring invocations should read neighbouring elements: those of one result where these lie together,
// those of neighbouring results otherwise. Few results of many elements are cut into parts.
Cut cut_of(std::int64_t results, std::int64_t reduced, bool lie_together, const DeviceTraits& device) {
  Cut cut;
  cut.by_group = lie_together && reduced >= group / 2;
  const std::int64_t at_once = device.kind == DeviceKind::cpu ? 512 : 65536;  // invocations that keep it busy
  const std::int64_t work = results * (cut.by_group ? group : 1);
  const std::int64_t most = reduced / (cut.by_group ? 16 * group : 64);
  cut.parts =
      std::clamp<std::int64_t>(at_once / std::max<std::int64_t>(work, 1), 1, std::max<std::int64_t>(most, 1));
  return cut;
}

struct Reduction {
  ReduceKind kind;
  DType dtype;
  const DeviceTraits& device;

  Dispatch dispatch(Binding from, Binding to, const IndexSpace& results, const IndexSpace& reduced,
                    const Cut& cut) const {
    Dispatch dispatch = common({from, to}, results, reduced, cut);
    dispatch.shader.name = shader_name(cut);
    dispatch.parameters.resize(6);
    place_space(dispatch, 4, results, 0);
    place_space(dispatch, 5, reduced, 0);
    return dispatch;
  }

  // The elements of a program's result, of inputs that lie over both spaces.
  Dispatch fused(const ScalarProgram& program, Binding to, const IndexSpace& results,
                 const IndexSpace& reduced, const Cut& cut) const {
    std::vector<Binding> bindings{to};
    for (std::size_t i = 0; i < program.inputs.size(); ++i) bindings.push_back(input(i));
    Dispatch dispatch = common(std::move(bindings), results, reduced, cut);
    dispatch.constants.push_back(word(std::ssize(dispatch.bindings)));
    dispatch.parameters.resize(4 + 2 * program.inputs.size());
    ReducedForm form{program, {}};
    for (std::size_t i = 0; i < program.inputs.size(); ++i) {
      form.scalar.push_back(results.is_scalar(i) && reduced.is_scalar(i));
      if (form.scalar.back()) continue;
      place_space(dispatch, 4 + 2 * i, results, i);
      place_space(dispatch, 4 + 2 * i + 1, reduced, i);
    }
    dispatch.shader = reduced_shader(form, shader_name(cut) + "_fused", device);
    return dispatch;
  }

  // Reduces [parts, width] to [width].
  Dispatch of_parts(Binding from, Binding to, std::int64_t width, std::int64_t parts) const {
    return dispatch(from, to, IndexSpace({width}, {{1}}), IndexSpace({parts}, {{width}}), {});
  }

 private:
  std::string shader_name(const Cut& cut) const {
    return "reduce_" + std::string(name_of(dtype)) + (cut.by_group ? "_group" : "");
  }

  Dispatch common(std::vector<Binding> bindings, const IndexSpace& results, const IndexSpace& reduced,
                  const Cut& cut) const {
    const std::int64_t elements = reduced.elements();
    const std::int64_t work = results.elements() * cut.parts;
    Dispatch dispatch;
    dispatch.constants = {kind == ReduceKind::sum ? 0u : kind == ReduceKind::maximum ? 1u : 2u};
    dispatch.bindings = std::move(bindings);
    dispatch.parameters = {word(results.elements()), word(elements), word(cut.parts),
                           word(divide_up(elements, cut.parts))};
    dispatch.groups = grid_of(cut.by_group ? work : divide_up(work, group), device);
    return dispatch;
  }
};

// The indices along the axes that are reduced, or along the others, and how tensors lie over them.
IndexSpace part_of(Shape shape, const std::vector<Strides>& strides, const std::vector<std::int64_t>& axes,
                   bool reduced) {
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const bool is_reduced = std::ranges::find(axes, axis) != axes.end();
    if (is_reduced != reduced) shape = shape.with(axis, 1);
  }
  return IndexSpace(shape, strides);
}

bool lies_together(const IndexSpace& reduced) {
  return reduced.rank() > 0 && reduced.stride(0, reduced.rank() - 1) == 1;
}

// In one go, or in parts: those of all results, one part after the other; then the parts of each.
template <typename FirstPass>
Kernel in_parts(const Reduction& reduction, const Cut& cut, std::int64_t results,
                const FirstPass& first_pass) {
  if (cut.parts == 1) return {{first_pass(output(0))}};
  Kernel kernel;
  kernel.scratch_bytes = cut.parts * results * 4;
  kernel.dispatches.push_back(first_pass(write_scratch()));
  kernel.dispatches.push_back(reduction.of_parts(read_scratch(), output(0), results, cut.parts));
  return kernel;
}

}  // namespace

Dispatch sum_of_parts(Binding from, Binding to, std::int64_t width, std::int64_t parts,
                      const DeviceTraits& device) {
  return Reduction{ReduceKind::sum, DType::f32, device}.of_parts(from, to, width, parts);
}

Kernel make_reduce(const Reduce& op, const KernelRequest& request) {
  const TensorLayout& from = request.inputs[0];
  if (request.outputs[0].type.shape.elements() == 0) return {};
  const IndexSpace results = part_of(from.type.shape, {from.strides}, op.axes, false);
  const IndexSpace reduced = part_of(from.type.shape, {from.strides}, op.axes, true);
  const Reduction reduction{op.kind, from.type.dtype, request.device};
  const Cut cut = cut_of(results.elements(), reduced.elements(), lies_together(reduced), request.device);
  return in_parts(reduction, cut, results.elements(),
                  [&](const Binding& to) { return reduction.dispatch(input(0), to, results, reduced, cut); });
}

bool accepts_elementwise_reduce(const Op& op, Types inputs, Types outputs) {
  const ScalarProgram& program = static_cast<const ElementwiseReduce&>(op).program;
  return outputs[0].dtype == DType::f32 && inputs.size() <= 8 && can_emit(program);
}

Kernel make_elementwise_reduce(const ElementwiseReduce& op, const KernelRequest& request) {
  if (request.outputs[0].type.shape.elements() == 0) return {};
  Shape shape{};
  for (const TensorLayout& layout : request.inputs) shape = broadcast(shape, layout.type.shape);
  std::vector<Strides> strides;
  for (const TensorLayout& layout : request.inputs)
    strides.push_back(broadcast_strides(layout.type.shape, layout.strides, shape));
  const IndexSpace results = part_of(shape, strides, op.reduce.axes, false);
  const IndexSpace reduced = part_of(shape, strides, op.reduce.axes, true);
  const Reduction reduction{op.reduce.kind, DType::f32, request.device};
  // Cut as what is reduced would be if it were stored, which is dense: then the sums have the same bits.
  const IndexSpace stored = part_of(shape, {dense_strides(shape)}, op.reduce.axes, true);
  const Cut cut = cut_of(results.elements(), reduced.elements(), lies_together(stored), request.device);
  return in_parts(reduction, cut, results.elements(),
                  [&](const Binding& to) { return reduction.fused(op.program, to, results, reduced, cut); });
}

}  // namespace heed::vulkan

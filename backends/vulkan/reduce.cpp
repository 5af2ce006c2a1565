#include <algorithm>

#include <heed/backends/vulkan/index_space.h>
#include <heed/backends/vulkan/make.h>
#include <heed/backends/vulkan/reduction.h>

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
    const std::int64_t elements = reduced.elements();
    const std::int64_t work = results.elements() * cut.parts;
    Dispatch dispatch;
    dispatch.shader.name = "reduce_" + std::string(name_of(dtype)) + (cut.by_group ? "_group" : "");
    dispatch.constants = {kind == ReduceKind::sum ? 0u : kind == ReduceKind::maximum ? 1u : 2u};
    dispatch.bindings = {from, to};
    dispatch.parameters = {word(results.elements()),
                           word(elements),
                           word(cut.parts),
                           word(divide_up(elements, cut.parts)),
                           0,
                           0};
    place_space(dispatch, 4, results, 0);
    place_space(dispatch, 5, reduced, 0);
    dispatch.groups = grid_of(cut.by_group ? work : divide_up(work, group), device);
    return dispatch;
  }

  // Reduces [parts, width] to [width].
  Dispatch of_parts(Binding from, Binding to, std::int64_t width, std::int64_t parts) const {
    return dispatch(from, to, IndexSpace({width}, {{1}}), IndexSpace({parts}, {{width}}), {});
  }
};

// The indices along the axes that are reduced, or along the others.
IndexSpace part_of(const TensorLayout& layout, const std::vector<std::int64_t>& axes, bool reduced) {
  Shape shape = layout.type.shape;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const bool is_reduced = std::ranges::find(axes, axis) != axes.end();
    if (is_reduced != reduced) shape = shape.with(axis, 1);
  }
  return IndexSpace(shape, {layout.strides});
}

}  // namespace

Dispatch sum_of_parts(Binding from, Binding to, std::int64_t width, std::int64_t parts,
                      const DeviceTraits& device) {
  return Reduction{ReduceKind::sum, DType::f32, device}.of_parts(from, to, width, parts);
}

Kernel make_reduce(const Reduce& op, const KernelRequest& request) {
  const TensorLayout& from = request.inputs[0];
  if (request.outputs[0].type.shape.elements() == 0) return {};
  const IndexSpace results = part_of(from, op.axes, false);
  const IndexSpace reduced = part_of(from, op.axes, true);
  const bool lie_together = reduced.rank() > 0 && reduced.stride(0, reduced.rank() - 1) == 1;
  const Reduction reduction{op.kind, from.type.dtype, request.device};
  const Cut cut = cut_of(results.elements(), reduced.elements(), lie_together, request.device);
  if (cut.parts == 1) return {{reduction.dispatch(input(0), output(0), results, reduced, cut)}};

  // Parts of all results, one part after the other; then the parts of each.
  const std::int64_t count = results.elements();
  Kernel kernel;
  kernel.scratch_bytes = cut.parts * count * 4;
  kernel.dispatches.push_back(reduction.dispatch(input(0), write_scratch(), results, reduced, cut));
  kernel.dispatches.push_back(reduction.of_parts(read_scratch(), output(0), count, cut.parts));
  return kernel;
}

}  // namespace heed::vulkan

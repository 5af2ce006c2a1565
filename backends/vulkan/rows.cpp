// Composites that work on rows, natively: softmax, layer normalisation, cross-entropy.
#include <algorithm>

#include <heed/backends/vulkan/make.h>
#include <heed/backends/vulkan/reduction.h>

namespace heed::vulkan {

namespace {

struct Rows {
  explicit Rows(const TensorType& type) : width(type.shape[-1]), count(type.shape.without(-1).elements()) {}
  bool empty() const { return width == 0 || count == 0; }
  std::int64_t width, count;
};

}  // namespace

bool accepts_softmax(const Op& op, Types inputs, Types) {
  return inputs[0].dtype == DType::f32 && static_cast<const Softmax&>(op).axis == inputs[0].shape.rank() - 1;
}

Kernel make_softmax(const Softmax&, const KernelRequest& request) {
  const Rows rows(request.inputs[0].type);
  if (rows.empty()) return {};
  Dispatch dispatch{{"softmax"}, {}, {input(0), output(0)}, {word(rows.count), word(rows.width)}};
  dispatch.groups = grid_of(rows.count, request.device);
  return {{std::move(dispatch)}};
}

Kernel make_layer_norm(const LayerNorm& op, const KernelRequest& request) {
  const Rows rows(request.inputs[0].type);
  if (rows.count == 0) return {};
  Dispatch dispatch{{"layer_norm"}};
  dispatch.bindings = {input(0),
                       input(1),
                       input(2),
                       live_or(request, 0, input(0)),
                       live_or(request, 1, input(0)),
                       live_or(request, 2, input(0))};
  dispatch.parameters = {word(rows.count), word(rows.width), bits_of(op.epsilon), live_bits(request)};
  dispatch.groups = grid_of(rows.count, request.device);
  return {{std::move(dispatch)}};
}

// The gradients of gain and bias come first, since that of x may lie on what they read.
Kernel make_layer_norm_grad(const LayerNormGrad&, const KernelRequest& request) {
  const Rows rows(request.inputs[0].type);
  if (rows.width == 0) return {};
  Kernel kernel;
  if (request.live[1] || request.live[2]) {
    const std::int64_t at_once = request.device.kind == DeviceKind::cpu ? 256 : 16384;
    const std::int64_t parts =
        std::clamp<std::int64_t>(at_once / rows.width, 1, std::max<std::int64_t>(rows.count, 1));
    const std::int64_t sums = parts * rows.width;
    kernel.scratch_bytes = 2 * sums * 4;
    Dispatch columns{{"layer_norm_columns"}};
    columns.bindings = {input(0), input(2), input(3), input(4), write_scratch()};
    columns.parameters = {word(rows.count), word(rows.width), word(parts),
                          word(divide_up(rows.count, parts))};
    columns.groups = grid_of(divide_up(sums, 64), request.device);
    kernel.dispatches.push_back(std::move(columns));
    for (std::size_t i = 1; i <= 2; ++i) {
      if (!request.live[i]) continue;
      Binding from = read_scratch();
      from.first = i == 1 ? 0 : sums;
      from.count = sums;
      kernel.dispatches.push_back(sum_of_parts(from, output(i), rows.width, parts, request.device));
    }
  }
  if (!request.live[0] || rows.count == 0) return kernel;
  Dispatch grad{{"layer_norm_grad"}};
  grad.bindings = {input(0), input(1), input(2), input(3), input(4), output(0)};
  grad.parameters = {word(rows.count), word(rows.width)};
  grad.groups = grid_of(rows.count, request.device);
  kernel.dispatches.push_back(std::move(grad));
  return kernel;
}

Kernel make_cross_entropy(const CrossEntropy& op, const KernelRequest& request) {
  const Rows rows(request.inputs[0].type);
  if (rows.count == 0) return {};
  Dispatch dispatch{{"cross_entropy"}};
  dispatch.bindings = {input(0), input(1), live_or(request, 0, input(0)), live_or(request, 1, input(0))};
  dispatch.parameters = {word(rows.count), word(rows.width), bits_of(1 - op.smoothing),
                         bits_of(op.smoothing / static_cast<double>(rows.width)), live_bits(request)};
  dispatch.groups = grid_of(rows.count, request.device);
  return {{std::move(dispatch)}};
}

Kernel make_cross_entropy_grad(const CrossEntropyGrad& op, const KernelRequest& request) {
  const Rows rows(request.inputs[0].type);
  if (rows.empty()) return {};
  const double share = op.smoothing / static_cast<double>(rows.width);
  Dispatch dispatch{{"cross_entropy_grad"}};
  dispatch.bindings = {input(0), input(1), input(2), input(3), output(0)};
  dispatch.parameters = {word(rows.count * rows.width), word(rows.width), bits_of(1 - op.smoothing + share),
                         bits_of(share)};
  dispatch.groups = grid_of(divide_up(rows.count * rows.width, 64), request.device);
  return {{std::move(dispatch)}};
}

Kernel make_dropout(const Dropout& op, const KernelRequest& request) {
  const std::int64_t count = request.outputs[0].type.shape.elements();
  if (count == 0) return {};
  Dispatch dispatch{{"dropout"}};
  dispatch.bindings = {input(0), input(1), output(0)};
  dispatch.parameters = {word(count), op.stream, op.threshold(), bits_of(1 / (1 - op.rate))};
  dispatch.groups = grid_of(divide_up(divide_up(count, 4), 64), request.device);
  return {{std::move(dispatch)}};
}

}  // namespace heed::vulkan

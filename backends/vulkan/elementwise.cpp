#include <heed/backends/vulkan/elementwise_shader.h>
#include <heed/backends/vulkan/index_space.h>
#include <heed/backends/vulkan/make.h>
#include <heed/backends/vulkan/scalar_writer.h>

namespace heed::vulkan {

bool accepts_elementwise(const Op& op, Types, Types) {
  return can_emit(static_cast<const Elementwise&>(op).program);
}

Kernel make_elementwise(const Elementwise& op, const KernelRequest& request) {
  const Shape& shape = request.outputs[0].type.shape;
  const std::int64_t count = shape.elements();
  if (count == 0) return {};
  std::vector<Strides> strides;
  for (const TensorLayout& layout : request.inputs)
    strides.push_back(broadcast_strides(layout.type.shape, layout.strides, shape));
  const IndexSpace space(shape, std::move(strides));

  using Reading = ElementwiseForm::Reading;
  ElementwiseForm form{op.program, {}, request.live};
  Dispatch dispatch;
  for (std::size_t i = 0; i < request.inputs.size(); ++i) {
    form.inputs.push_back(space.is_scalar(i)  ? Reading::scalar
                          : space.is_dense(i) ? Reading::dense
                                              : Reading::strided);
    dispatch.bindings.push_back(input(i));
  }
  for (std::size_t i = 0; i < request.live.size(); ++i)
    if (request.live[i]) dispatch.bindings.push_back(output(i));

  // The shader reads sizes and strides from where these words say, counted over all its parameters.
  dispatch.parameters.assign(1 + request.inputs.size(), 0);
  dispatch.parameters[0] = word(count);
  for (std::size_t i = 0; i < request.inputs.size(); ++i) {
    if (form.inputs[i] != Reading::strided) continue;
    place_space(dispatch, 1 + i, space, i);
  }
  dispatch.shader = elementwise_shader(form, request.device);
  dispatch.groups = grid_of(divide_up(count, 64), request.device);
  return {{std::move(dispatch)}};
}

}  // namespace heed::vulkan

#include <fmt/format.h>

#include <heed/autodiff/gradients.h>
#include <heed/autodiff/jvp.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/views.h>

namespace heed {

namespace {

void require_tangents(std::span<const Tensor> wrt, std::span<const Tensor> tangents, Where where) {
  if (wrt.size() != tangents.size()) {
    throw Error(fmt::format("jvp: needs one tangent for each tensor: {} and {}\n  at {}", tangents.size(),
                            wrt.size(), describe(where)));
  }
  for (std::size_t i = 0; i < wrt.size(); ++i) {
    if (is_floating(wrt[i].dtype()) && wrt[i].type() == tangents[i].type()) continue;
    throw ShapeError(
        fmt::format("jvp: a tangent must be floating-point and like its tensor\n  tensor   {}\n"
                    "  tangent  {}\n  at {}",
                    describe(wrt[i]), describe(tangents[i]), describe(where)));
  }
}

}  // namespace

Tensors jvp(std::span<const Tensor> outputs, std::span<const Tensor> wrt, std::span<const Tensor> tangents,
            Where where) {
  require_tangents(wrt, tangents, where);
  if (outputs.empty()) return {};
  if (wrt.empty()) {
    Tensors nothing;
    for (const Tensor& output : outputs) nothing.push_back(zeros_like(output, where));
    return nothing;
  }
  // The first pass starts from these; as it is linear in them, their values do not matter.
  Tensors seeds;
  for (const Tensor& output : outputs) {
    seeds.push_back(broadcast_to(scalar_like(output, 1, where), output.shape(), where));
  }
  const Tensors pulled = gradients_from(outputs, seeds, wrt, where);
  return gradients_from(pulled, tangents, seeds, where);
}

}  // namespace heed

// after: a tensor's value again, but not before another tensor is there.
#pragma once

#include <heed/ops/views.h>

namespace heed {

// x, event -> x. What is computed from the result is computed after the event and is never merged with what
// was computed from x itself. A gradient that recomputes part of its forward op starts from
// after(x, gradient): otherwise the two computations, being equal, would become one, whose values would wait
// in memory from the forward to the backward pass. A view: nothing is copied.
struct After final : ViewOp {
  std::string_view name() const override { return "after"; }
  std::vector<std::string_view> input_names() const override { return {"x", "event"}; }
  std::vector<TensorType> infer(Types inputs) const override { return {inputs[0]}; }
  std::optional<Gradients> gradient(const Applied&,
                                    std::span<const std::optional<Tensor>> outputs) const override {
    return Gradients{*outputs[0], std::nullopt};
  }
  std::optional<ViewLayout> layout(const TensorType&, const Strides& strides) const override {
    return ViewLayout{0, strides};
  }
};

inline Tensor after(Tensor x, Tensor event, Where where = Where::current()) {
  const Tensor inputs[] = {x, event};
  return x.graph().apply_one(std::make_shared<After>(), inputs, where);
}

}  // namespace heed

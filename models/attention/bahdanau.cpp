#include <heed/models/attention/bahdanau.h>
#include <heed/ops/additive_scores.h>
#include <heed/ops/mask.h>
#include <heed/ops/matmul.h>
#include <heed/ops/views.h>

namespace heed {

BahdanauAttention::BahdanauAttention(Graph& graph, const std::string& name, const BahdanauAttentionOptions& o,
                                     Where where) {
  const auto variable = [&](const char* part, const Shape& shape, const std::optional<Initializer>& given,
                            std::int64_t fan_in, std::int64_t fan_out) {
    const Initializer initializer = given.value_or(glorot_uniform(fan_in, fan_out));
    return graph.variable(name + "/" + part, o.dtype, shape, initializer, where);
  };
  W_a = variable("W_a", {o.state, o.hidden}, o.matrices, o.state, o.hidden);
  U_a = variable("U_a", {o.annotation, o.hidden}, o.matrices, o.annotation, o.hidden);
  v_a = variable("v_a", {o.hidden}, o.vector, o.hidden, 1);
}

BahdanauAttention::Memory BahdanauAttention::project(Tensor h, Tensor lengths, Where where) const {
  const auto origin = h.graph().at(where);
  return remember(h, matmul(h, U_a), lengths);
}

BahdanauAttention::Memory BahdanauAttention::remember(Tensor h, Tensor keys, Tensor lengths,
                                                      Where where) const {
  const auto origin = h.graph().at(where);
  return {h, keys, insert_axis(is_within(lengths, h.shape()[1]), 1)};
}

Attended BahdanauAttention::operator()(Tensor s, const Memory& memory, Where where) const {
  const auto origin = s.graph().at(where);
  const Tensor e = additive_scores(matmul(s, W_a), memory.keys, v_a);
  const Tensor alpha = masked_softmax(e, memory.visible);  // eq. 6
  const Tensor c = matmul(alpha, memory.annotations);      // eq. 5
  return {c, alpha, e};
}

}  // namespace heed

#include <cmath>

#include <heed/models/attention/vaswani.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/mask.h>
#include <heed/ops/matmul.h>
#include <heed/ops/random.h>
#include <heed/ops/views.h>

namespace heed {

namespace {

// Where queries may look: booleans that broadcast to [B, h, T, S].
Tensor visible_keys(Graph& graph, const ScaledDotProductMask& mask, std::int64_t T, std::int64_t S) {
  const Tensor query = iota(graph, {DType::i32, {T, S}}, 0), key = iota(graph, {DType::i32, {T, S}}, 1);
  const Tensor in_order = less_equal(key, mask.causal ? Operand(query) : Operand(static_cast<double>(S)));
  if (!mask.key_lengths) return in_order;
  return logical_and(in_order, insert_axis(insert_axis(is_within(mask.key_lengths, S), 1), 1));
}

}  // namespace

AttendedHeads scaled_dot_product(Tensor Q, Tensor K, Tensor V, const ScaledDotProductMask& mask,
                                 Where where) {
  Graph& graph = Q.graph();
  const auto origin = graph.at(where);
  const auto by_head = [](Tensor x) { return swap_axes(x, 1, 2); };  // [B, L, h, d] to [B, h, L, d]
  const double d_k = static_cast<double>(Q.shape()[3]);
  const Tensor scores = matmul(by_head(Q), by_head(K), {.transpose_b = true}) / std::sqrt(d_k);
  const Tensor visible = visible_keys(graph, mask, Q.shape()[1], K.shape()[1]);
  const Tensor weights = masked_softmax(scores, visible);
  return {by_head(matmul(weights, by_head(V))), weights};  // eq. 1
}

}  // namespace heed

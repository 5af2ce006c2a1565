// Scaled dot-product attention: Vaswani et al. 2017, "Attention is all you need", section 3.2. In the paper's
// symbols:
//
//   Attention(Q, K, V) = softmax(Q K^T / sqrt(d_k) + M) V      (eq. 1)
//
// M is 0 where a query may look and -inf where it may not: at keys behind a sentence's end, and, in a
// decoder, at later words. The fused op that models run is ops/attention.h; this is the equation, with the
// weights. With projections and several heads it is MultiHeadAttention (multi_head.h).
#pragma once

#include <heed/graph/graph.h>

namespace heed {

// For T queries of each of h heads: what they saw, and how much of it each key contributed.
struct AttendedHeads {
  Tensor context;  // [B, T, h, d_v]
  Tensor weights;  // [B, h, T, S]; 0 where a query may not look
};

struct ScaledDotProductMask {
  Tensor key_lengths{};  // [B] of i32: keys behind them are padding; names nothing: all are seen
  bool causal = false;   // query t sees keys 0 to t
};

// Q [B, T, h, d_k], K [B, S, h, d_k], V [B, S, h, d_v]. A query that may look nowhere gets zeros.
AttendedHeads scaled_dot_product(Tensor Q, Tensor K, Tensor V, const ScaledDotProductMask& mask = {},
                                 Where where = Where::current());

}  // namespace heed

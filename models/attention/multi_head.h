// Multi-head attention, Vaswani et al. 2017, section 3.2.2.
#pragma once

#include <string>

#include <heed/graph/graph.h>

namespace heed {

struct MultiHeadOptions {
  std::int64_t width = 0;  // d_model
  std::int64_t heads = 0;  // h; the size of a head is d_k = d_v = width / heads
  DType dtype = DType::f32;
};

// MultiHead(Q, K, V) = [head_1; ...; head_h] W^O with head_i = Attention(Q W_i^Q, K W_i^K, V W_i^V).
// The projections have no biases, as in the authors' code; W^Q, W^K, W^V of all heads are one [d, d] matrix
// each: NAME/query, NAME/key, NAME/value, NAME/output. The last part of NAME is a scope of the ops; in it the
// tensors are named queries, keys, values, attended and weights.
class MultiHeadAttention {
 public:
  MultiHeadAttention(Graph& graph, const std::string& name, const MultiHeadOptions& options,
                     Where where = Where::current());

  struct KeysValues {
    Tensor keys, values;  // [B, S, h, d_k]
  };
  // The part that depends on the attended sequence alone. memory: [B, S, d].
  KeysValues project(Tensor memory, Where where = Where::current()) const;

  struct Visible {
    bool causal = false;
    Tensor key_lengths{};  // [B], if any
    Tensor cache_rows{};   // [B, S], if any: where keys lie, for one query (ops/cached_attention.h)
  };
  struct Result {
    Tensor output;       // [B, T, d], named attended
    Tensor queries;      // [B, T, h, d_k]
    Tensor log_sum_exp;  // [B, h, T]; none with cache_rows
  };
  // x: [B, T, d], attending to `memory` as projected.
  Result operator()(Tensor x, const KeysValues& memory, const Visible& visible,
                    Where where = Where::current()) const;

  // The weights [B, h, T, S] behind a result, computed for this alone.
  Tensor weights(const Result& result, const KeysValues& memory, const Visible& visible,
                 Where where = Where::current()) const;

 private:
  Tensor split_heads(Tensor x) const;  // [B, L, d] -> [B, L, h, d_k]
  double scale() const;                // 1 / sqrt(d_k)

  std::string scope_;
  std::int64_t width_, heads_;
  Tensor query_, key_, value_, output_;
};

}  // namespace heed

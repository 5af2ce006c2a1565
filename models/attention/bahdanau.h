// Additive attention: Bahdanau, Cho and Bengio 2014, "Neural machine translation by jointly learning to align
// and translate", section 3.1 and appendix A.1.2. In the paper's symbols:
//
//   e_ij = v_a . tanh(W_a s_(i-1) + U_a h_j)
//   alpha_ij = exp(e_ij) / sum_k exp(e_ik)       (eq. 6)
//   c_i = sum_j alpha_ij h_j                     (eq. 5)
//
// U_a h_j does not depend on i and is computed once for each sentence. There are no biases.
#pragma once

#include <optional>
#include <string>

#include <heed/graph/graph.h>
#include <heed/models/attention/attended.h>

namespace heed {

struct BahdanauAttentionOptions {
  std::int64_t state = 0;       // n, width of the decoder's states s
  std::int64_t annotation = 0;  // 2n, width of the annotations h
  std::int64_t hidden = 0;      // n', width of the alignment's hidden layer
  // Of W_a and U_a, and of v_a; none: Glorot-uniform. The paper draws the first from N(0, 0.001^2), and v_a
  // is zero at first.
  std::optional<Initializer> matrices{}, vector{};
  DType dtype = DType::f32;
};

// The variables are NAME/W_a [n, n'], NAME/U_a [2n, n'] and NAME/v_a [n'].
class BahdanauAttention {
 public:
  BahdanauAttention(Graph& graph, const std::string& name, const BahdanauAttentionOptions& options,
                    Where where = Where::current());

  // A batch of sentences as it is attended to.
  struct Memory {
    Tensor annotations;  // h [B, S, 2n]
    Tensor keys;         // U_a h [B, S, n']
    Tensor visible;      // [B, 1, S] of booleans: what is no padding
  };
  // annotations [B, S, 2n], lengths [B] of i32.
  Memory project(Tensor annotations, Tensor lengths, Where where = Where::current()) const;
  // The same, from keys that were projected earlier.
  Memory remember(Tensor annotations, Tensor keys, Tensor lengths, Where where = Where::current()) const;

  // states s_(i-1) [B, T, n]: T queries for each sentence -> contexts [B, T, 2n], weights [B, T, S].
  Attended operator()(Tensor states, const Memory& memory, Where where = Where::current()) const;

 private:
  Tensor W_a, U_a, v_a;
};

}  // namespace heed

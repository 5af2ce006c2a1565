// One step of the gated recurrent cells: the GRU of Cho et al. 2014 and Bahdanau et al. 2014, and the LSTM as
// Luong et al. 2015 use it. Each step is its products and one or two elementwise ops.
#pragma once

#include <heed/graph/graph.h>

namespace heed {

// projected [B, 3n]: what the inputs contribute (products, contexts and biases already added up), for update
// gate z, reset gate r and candidate g, in that order; state h [B, n]; gate_weight [n, 2n] for z and r;
// candidate_weight [n, n] -> the next state [B, n]:
//
//   z = sigmoid(projected_z + h U_z)      g = tanh(projected_g + (r * h) U)
//   r = sigmoid(projected_r + h U_r)      h' = (1 - z) * h + z * g
//
// z = 1 takes the candidate, and the reset gate comes before the product: this is not PyTorch's GRU. Where
// `alive` [B, 1] (booleans; optional) is false, the state stays as it is.
Tensor gru_cell(Tensor projected, Tensor state, Tensor gate_weight, Tensor candidate_weight,
                Tensor alive = {}, Where where = Where::current());

// The same with the reset gate behind the product, so that the three products on the state are one: PyTorch's
// and cuDNN's form, oneDNN's "linear before reset", but for the meaning of z, which stays. weight [n, 3n] and
// bias [3n] (optional) for z, r and g:
//
//   g = tanh(projected_g + r * (h U + b))
Tensor gru_cell_reset_after(Tensor projected, Tensor state, Tensor weight, Tensor bias = {},
                            Tensor alive = {}, Where where = Where::current());

struct LstmState {
  Tensor hidden;  // h [B, n], the output
  Tensor cell;    // c [B, n]
};

// projected [B, 4n] for input gate i, forget gate f, output gate o and candidate a, in that order;
// weight [n, 4n]:
//
//   [i; f; o; a] = projected + h W      c' = sigmoid(f) * c + sigmoid(i) * tanh(a)
//                                       h' = sigmoid(o) * tanh(c')
//
// Where `alive` [B, 1] (booleans; optional) is false, the state stays as it is.
LstmState lstm_cell(Tensor projected, const LstmState& state, Tensor weight, Tensor alive = {},
                    Where where = Where::current());

}  // namespace heed

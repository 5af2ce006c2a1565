// What every attention gives.
#pragma once

#include <vector>

#include <heed/graph/tensor.h>

namespace heed {

// For T queries that look at S positions: what they saw, and how much of it each position contributed.
struct Attended {
  Tensor context;  // [B, T, d], the sum of what is attended to, by weight
  Tensor weights;  // [B, T, S]; a position behind a sentence's end has weight 0
  Tensor scores;   // [B, T, S]; what the weights are made of by a softmax over the positions that are seen
};

// One part of what was attended to step by step, of all steps together: [B, T, *].
Tensor of_all_steps(const std::vector<Attended>& steps, Tensor Attended::*part);

}  // namespace heed

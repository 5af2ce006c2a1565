#version 450
// Gradients of attention. A group owns some positions of one head and meets all positions of the other side, tile
// by tile; the weights are made anew from the log-sum-exp.
#extension GL_GOOGLE_include_directive : require
#include "attention_grad.glsl"
layout(constant_id = 1) const uint OWN = 16;     // positions of a group
layout(constant_id = 2) const uint OTHERS = 16;  // of a tile

const uint group_size = 64;
shared float own[OWN * (SIZE + 1)], own_too[OWN * (SIZE + 1)];             // queries and G, or keys and values
shared float other[OTHERS * (SIZE + 1)], other_too[OTHERS * (SIZE + 1)];  // and the other way round
shared float weights[OWN * (OTHERS + 1)], score_grads[OWN * (OTHERS + 1)];

void main() {
  const uint target = parameter(9), source = parameter(10), heads = parameter(11), groups = parameter(12);
  const uint thread = gl_LocalInvocationID.x, head = group_index() / groups;
  if (head >= parameter(13)) return;
  const float scale = uintBitsToFloat(parameter(14));
  const uint first_own = group_index() % groups * OWN, row = head / heads, column = head % heads * SIZE;
  const uint length = HAS_LENGTHS ? uint(clamp(lengths[parameter(6) + row], 0, int(source))) : source;
  const uint own_end = OF_KEYS ? source : target;
  uint begin = 0, end = target;
  if (!OF_KEYS) end = CAUSAL ? min(length, first_own + OWN) : length;
  if (OF_KEYS && CAUSAL) begin = first_own / OTHERS * OTHERS;
  if (OF_KEYS && first_own >= length) end = 0;

  for (uint i = thread; i < OWN * SIZE; i += group_size) {
    const uint position = first_own + i / SIZE, in_tile = i / SIZE * (SIZE + 1) + i % SIZE;
    const uint at = (row * own_end + position) * heads * SIZE + column + i % SIZE;
    const bool inside = position < own_end;
    own[in_tile] = !inside ? 0.0 : OF_KEYS ? keys[parameter(1) + at] : queries[parameter(0) + at];
    own_too[in_tile] = !inside ? 0.0 : OF_KEYS ? values[parameter(2) + at] : arriving[parameter(3) + at];
  }
  float sums[(OWN * SIZE + group_size - 1) / group_size];
  float value_sums[(OWN * SIZE + group_size - 1) / group_size];
  for (uint n = 0; n * group_size < OWN * SIZE; ++n) sums[n] = value_sums[n] = 0.0;

  for (uint first = begin; first < end; first += OTHERS) {
    for (uint i = thread; i < OTHERS * SIZE; i += group_size) {
      const uint position = first + i / SIZE, in_tile = i / SIZE * (SIZE + 1) + i % SIZE;
      const uint at = (row * (OF_KEYS ? target : source) + position) * heads * SIZE + column + i % SIZE;
      const bool inside = position < end;
      other[in_tile] = !inside ? 0.0 : OF_KEYS ? queries[parameter(0) + at] : keys[parameter(1) + at];
      other_too[in_tile] = !inside ? 0.0 : OF_KEYS ? arriving[parameter(3) + at] : values[parameter(2) + at];
    }
    barrier();
    for (uint i = thread; i < OWN * OTHERS; i += group_size) {
      const uint mine = i / OTHERS, its = i % OTHERS, at = mine * (OTHERS + 1) + its;
      const uint query = OF_KEYS ? first + its : first_own + mine, key = OF_KEYS ? first_own + mine : first + its;
      float score = 0.0, weight_grad = 0.0;
      for (uint c = 0; c < SIZE; ++c) {
        score = fma(own[mine * (SIZE + 1) + c], other[its * (SIZE + 1) + c], score);
        weight_grad = fma(own_too[mine * (SIZE + 1) + c], other_too[its * (SIZE + 1) + c], weight_grad);
      }
      weights[at] = score_grads[at] = 0.0;
      if (query >= target || key >= length || (CAUSAL && key > query)) continue;
      const uint statistic = head * target + query;
      const float weight = exponential(score * scale - log_sums[parameter(4) + statistic]);
      weights[at] = weight;
      score_grads[at] = weight * (weight_grad - dots[parameter(5) + statistic]) * scale;
    }
    barrier();
    for (uint n = 0; n * group_size + thread < OWN * SIZE; ++n) {
      const uint i = n * group_size + thread, mine = i / SIZE * (OTHERS + 1), c = i % SIZE;
      float sum = sums[n], value_sum = value_sums[n];
      for (uint its = 0; its < OTHERS; ++its) {
        sum = fma(score_grads[mine + its], other[its * (SIZE + 1) + c], sum);
        if (OF_KEYS) value_sum = fma(weights[mine + its], other_too[its * (SIZE + 1) + c], value_sum);
      }
      sums[n] = sum;
      value_sums[n] = value_sum;
    }
    barrier();
  }

  for (uint n = 0; n * group_size + thread < OWN * SIZE; ++n) {
    const uint i = n * group_size + thread, position = first_own + i / SIZE;
    if (position >= own_end) continue;
    const uint at = (row * own_end + position) * heads * SIZE + column + i % SIZE;
    if ((parameter(15) & 1) != 0) grads[parameter(7) + at] = sums[n];
    if (OF_KEYS && (parameter(15) & 2) != 0) value_grads[parameter(8) + at] = value_sums[n];
  }
}

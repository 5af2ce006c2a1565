#version 450
// Gradients of attention where an invocation deals with a position of a head alone, and waits for no other: for
// devices on which sharing costs more than it saves. Drivers of those unroll loops that should not be: of what reads
// or writes memory they compile slowly.
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#include "attention_grad.glsl"

void main() {
  const uint target = parameter(9), source = parameter(10), heads = parameter(11);
  const uint positions = OF_KEYS ? source : target;
  const uint own = linear_index() % positions, head = linear_index() / positions;
  if (head >= parameter(13)) return;
  const uint row = head / heads, column = head % heads * SIZE, step = heads * SIZE;
  const float scale = uintBitsToFloat(parameter(14));
  const uint length = HAS_LENGTHS ? uint(clamp(lengths[parameter(6) + row], 0, int(source))) : source;
  uint begin = 0, end = target;
  if (!OF_KEYS) end = CAUSAL ? min(length, own + 1) : length;
  if (OF_KEYS && CAUSAL) begin = own;
  if (OF_KEYS && own >= length) end = 0;

  float sums[SIZE], value_sums[SIZE];
  [[unroll]] for (uint c = 0; c < SIZE; ++c) sums[c] = value_sums[c] = 0.0;
  for (uint other = begin; other < end; ++other) {
    const uint query = OF_KEYS ? other : own, key = OF_KEYS ? own : other;
    const uint in_query = (row * target + query) * step + column, in_key = (row * source + key) * step + column;
    float score = 0.0, weight_grad = 0.0;
    [[dont_unroll]] for (uint c = 0; c < SIZE; ++c) {
      score = fma(queries[parameter(0) + in_query + c], keys[parameter(1) + in_key + c], score);
      weight_grad = fma(arriving[parameter(3) + in_query + c], values[parameter(2) + in_key + c], weight_grad);
    }
    const uint statistic = head * target + query;
    const float weight = exponential(score * scale - log_sums[parameter(4) + statistic]);
    const float score_grad = weight * (weight_grad - dots[parameter(5) + statistic]) * scale;
    [[unroll]] for (uint c = 0; c < SIZE; ++c) {
      sums[c] = fma(score_grad, OF_KEYS ? queries[parameter(0) + in_query + c] : keys[parameter(1) + in_key + c],
                    sums[c]);
      if (OF_KEYS) value_sums[c] = fma(weight, arriving[parameter(3) + in_query + c], value_sums[c]);
    }
  }

  const uint at = (row * positions + own) * step + column;
  [[dont_unroll]] for (uint c = 0; c < SIZE; ++c) {
    if ((parameter(15) & 1) != 0) grads[parameter(7) + at + c] = sums[0];
    if (OF_KEYS && (parameter(15) & 2) != 0) value_grads[parameter(8) + at + c] = value_sums[0];
    [[unroll]] for (uint k = 0; k + 1 < SIZE; ++k) {
      sums[k] = sums[k + 1];
      value_sums[k] = value_sums[k + 1];
    }
  }
}

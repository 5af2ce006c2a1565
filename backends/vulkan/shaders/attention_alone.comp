#version 450
// Attention where an invocation deals with a query of a head alone, and waits for no other: for devices on which
// sharing costs more than it saves.
#extension GL_GOOGLE_include_directive : require
#include "attention.glsl"

void main() {
  const uint target = parameter(7), source = parameter(8), heads = parameter(9);
  const uint query = linear_index() % target, head = linear_index() / target;
  if (head >= parameter(11)) return;
  const uint row = head / heads, column = head % heads * SIZE;
  const uint length = HAS_LENGTHS ? uint(clamp(lengths[parameter(3) + row], 0, int(source))) : source;
  const uint seen = CAUSAL ? min(length, query + 1) : length;
  const uint in_query = (row * target + query) * heads * SIZE + column;

  float largest = -infinity(), total = 0.0, sums[SIZE];
  for (uint c = 0; c < SIZE; ++c) sums[c] = 0.0;
  for (uint key = 0; key < seen; ++key) {
    const uint in_row = CACHED ? uint(rows[parameter(4) + row * source + key]) : row;
    const bool there = !CACHED || in_row < parameter(14);
    const uint at = there ? (in_row * source + key) * heads * SIZE + column : 0;
    float score = 0.0;
    for (uint c = 0; c < SIZE; ++c)
      score = fma(queries[parameter(0) + in_query + c], keys[parameter(1) + at + c], score);
    score = there ? score * uintBitsToFloat(parameter(12)) : 0.0;
    const float most = maximum(largest, score);
    const float shrunk = largest == most ? 1.0 : exponential(largest - most);
    const float weight = score == -infinity() ? 0.0 : exponential(score - most);
    largest = most;
    total = total * shrunk + weight;
    for (uint c = 0; c < SIZE; ++c)
      sums[c] = fma(there ? weight : 0.0, values[parameter(2) + at + c], sums[c] * shrunk);
  }

  if ((parameter(13) & 1) != 0) {
    for (uint c = 0; c < SIZE; ++c) results[parameter(5) + in_query + c] = total == 0.0 ? 0.0 : sums[c] / total;
  }
  if ((parameter(13) & 2) != 0)
    log_sums[parameter(6) + head * target + query] = total == 0.0 ? -infinity() : largest + logarithm(total);
}

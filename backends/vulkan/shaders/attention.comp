#version 450
// Attention of some queries of one head to all keys that they see. Keys come in tiles; what the tiles before
// added up is rescaled when a larger score turns up: Milakov and Gimelshein 2018, "Online normalizer calculation
// for softmax"; Dao et al. 2022, "FlashAttention".
#extension GL_GOOGLE_include_directive : require
#include "attention.glsl"
layout(constant_id = 1) const uint QUERIES = 16;  // of a group
layout(constant_id = 2) const uint KEYS = 32;     // of a tile

const uint group_size = 64;
shared float own[QUERIES * (SIZE + 1)];
shared float tile[KEYS * (SIZE + 1)];
shared float weights[QUERIES * (KEYS + 1)];
shared float largest[QUERIES], total[QUERIES], shrunk[QUERIES];

void main() {
  const uint target = parameter(7), source = parameter(8), heads = parameter(9), groups = parameter(10);
  const uint thread = gl_LocalInvocationID.x, head = group_index() / groups;
  if (head >= parameter(11)) return;
  const uint first_query = group_index() % groups * QUERIES, row = head / heads, column = head % heads * SIZE;
  const uint length = HAS_LENGTHS ? uint(clamp(lengths[parameter(3) + row], 0, int(source))) : source;
  const uint seen = CAUSAL ? min(length, first_query + QUERIES) : length;  // by some query

  for (uint i = thread; i < QUERIES * SIZE; i += group_size) {
    const uint query = first_query + i / SIZE;
    const uint at = parameter(0) + (row * target + query) * heads * SIZE + column + i % SIZE;
    own[i / SIZE * (SIZE + 1) + i % SIZE] = query < target ? queries[at] : 0.0;
  }
  if (thread < QUERIES) {
    largest[thread] = -infinity();
    total[thread] = 0.0;
  }
  float sums[(QUERIES * SIZE + group_size - 1) / group_size];
  for (uint n = 0; n * group_size < QUERIES * SIZE; ++n) sums[n] = 0.0;

  for (uint first = 0; first < seen; first += KEYS) {
    for (uint pass = 0; pass < 2; ++pass) {  // keys, then values
      for (uint i = thread; i < KEYS * SIZE; i += group_size) {
        const uint key = first + i / SIZE;
        uint in_row = row;
        if (CACHED && key < seen) in_row = uint(rows[parameter(4) + row * source + key]);
        const uint at = (in_row * source + key) * heads * SIZE + column + i % SIZE;
        float value = 0.0;
        if (key < seen && (!CACHED || in_row < parameter(14)))
          value = pass == 0 ? keys[parameter(1) + at] : values[parameter(2) + at];
        tile[i / SIZE * (SIZE + 1) + i % SIZE] = value;
      }
      barrier();
      if (pass == 1) break;
      for (uint i = thread; i < QUERIES * KEYS; i += group_size) {
        const uint query = i / KEYS, key = i % KEYS;
        float score = 0.0;
        for (uint c = 0; c < SIZE; ++c)
          score = fma(own[query * (SIZE + 1) + c], tile[key * (SIZE + 1) + c], score);
        const bool visible = first + key < seen && (!CAUSAL || first + key <= first_query + query);
        weights[query * (KEYS + 1) + key] = visible ? score * uintBitsToFloat(parameter(12)) : -infinity();
      }
      barrier();
      if (thread < QUERIES) {
        float most = largest[thread];
        for (uint key = 0; key < KEYS; ++key) most = maximum(most, weights[thread * (KEYS + 1) + key]);
        shrunk[thread] = largest[thread] == most ? 1.0 : exponential(largest[thread] - most);
        largest[thread] = most;
      }
      barrier();
      for (uint i = thread; i < QUERIES * KEYS; i += group_size) {
        const uint query = i / KEYS, at = query * (KEYS + 1) + i % KEYS;
        const float score = weights[at];
        weights[at] = score == -infinity() ? 0.0 : exponential(score - largest[query]);
      }
    }
    if (thread < QUERIES) {
      float added = 0.0;
      for (uint key = 0; key < KEYS; ++key) added += weights[thread * (KEYS + 1) + key];
      total[thread] = total[thread] * shrunk[thread] + added;
    }
    for (uint n = 0; n * group_size + thread < QUERIES * SIZE; ++n) {
      const uint i = n * group_size + thread, query = i / SIZE;
      float sum = sums[n] * shrunk[query];
      for (uint key = 0; key < KEYS; ++key)
        sum = fma(weights[query * (KEYS + 1) + key], tile[key * (SIZE + 1) + i % SIZE], sum);
      sums[n] = sum;
    }
    barrier();
  }

  barrier();
  for (uint n = 0; n * group_size + thread < QUERIES * SIZE; ++n) {
    const uint i = n * group_size + thread, query = first_query + i / SIZE;
    if (query >= target || (parameter(13) & 1) == 0) continue;
    const float all = total[i / SIZE];
    results[parameter(5) + (row * target + query) * heads * SIZE + column + i % SIZE] =
        all == 0.0 ? 0.0 : sums[n] / all;
  }
  if (thread >= QUERIES || first_query + thread >= target || (parameter(13) & 2) == 0) return;
  const float all = total[thread];
  log_sums[parameter(6) + head * target + first_query + thread] =
      all == 0.0 ? -infinity() : largest[thread] + logarithm(all);
}

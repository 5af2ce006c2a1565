#version 450
// The k largest of each row, one after the other: a group looks at its row k times, each time for the largest
// that comes after the last one found. NaN first, then size, then position.
#extension GL_GOOGLE_include_directive : require
layout(local_size_x = 64) in;
#include "common.glsl"
#include "functions.glsl"
layout(std430, binding = 1) readonly buffer From { float from[]; };
layout(std430, binding = 2) writeonly buffer Values { float values[]; };
layout(std430, binding = 3) writeonly buffer Indices { int indices[]; };

shared float best_values[64];
shared int best_indices[64];

bool comes_before(const float a, const int at_a, const float b, const int at_b) {
  const bool nan_a = is_nan(a), nan_b = is_nan(b);
  if (nan_a != nan_b) return nan_a;
  if (!nan_a && a != b) return a > b;
  return at_a < at_b;
}

// rows, width of a row, k, whether values and whether indices are wanted
void main() {
  const uint thread = gl_LocalInvocationID.x;
  const uint row = gl_WorkGroupID.y * gl_NumWorkGroups.x + gl_WorkGroupID.x;
  if (row >= parameter(3)) return;
  const int width = int(parameter(4));
  const uint k = parameter(5);
  const uint row_at = parameter(0) + row * uint(width);
  float last = 0.0;
  int last_at = -1;
  for (uint i = 0; i < k; ++i) {
    float best = 0.0;
    int best_at = -1;
    for (int j = int(thread); j < width; j += 64) {
      const float value = from[row_at + uint(j)];
      if (last_at >= 0 && !comes_before(last, last_at, value, j)) continue;
      if (best_at >= 0 && !comes_before(value, j, best, best_at)) continue;
      best = value;
      best_at = j;
    }
    best_values[thread] = best;
    best_indices[thread] = best_at;
    barrier();
    for (uint half_size = 32; half_size > 0; half_size /= 2) {
      if (thread < half_size) {
        const int other = best_indices[thread + half_size];
        const float value = best_values[thread + half_size];
        const int own = best_indices[thread];
        if (other >= 0 && (own < 0 || comes_before(value, other, best_values[thread], own))) {
          best_values[thread] = value;
          best_indices[thread] = other;
        }
      }
      barrier();
    }
    last = best_values[0];
    last_at = best_indices[0];
    if (thread == 0) {
      if (parameter(6) != 0) values[parameter(1) + row * k + i] = last;
      if (parameter(7) != 0) indices[parameter(2) + row * k + i] = last_at;
    }
    barrier();
  }
}

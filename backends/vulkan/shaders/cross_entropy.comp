#version 450
// Cross-entropy of rows of scores against a class each, with label smoothing.
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"
#include "functions.glsl"
#include "rows.glsl"
layout(std430, binding = 1) readonly buffer From { float from[]; };
layout(std430, binding = 2) readonly buffer Targets { int targets[]; };
layout(std430, binding = 3) writeonly buffer Losses { float losses[]; };
layout(std430, binding = 4) writeonly buffer Normalisers { float normalisers[]; };

// rows, classes, bits of the certainty and of each class's share, which outputs are wanted (1 and 2)
void main() {
  const uint row = group_index(), width = parameter(5), wanted = parameter(8);
  if (row >= parameter(4)) return;
  const uint from_at = parameter(0) + row * width;
  float own = -infinity();
  for (uint i = gl_LocalInvocationID.x; i < width; i += group_size) own = maximum(own, from[from_at + i]);
  const float largest = group_maximum(own);
  float exponentials = 0.0, total = 0.0;
  for (uint i = gl_LocalInvocationID.x; i < width; i += group_size) {
    const float value = from[from_at + i];
    exponentials += exponential(value - largest);
    total += value;
  }
  exponentials = group_sum(exponentials);
  total = group_sum(total);
  if (gl_LocalInvocationID.x != 0) return;
  const float share = uintBitsToFloat(parameter(7));
  const float normaliser = largest + logarithm(exponentials);
  const int target = targets[parameter(1) + row];
  const float right = target >= 0 && target < int(width) ? from[from_at + uint(target)] : 0.0;
  float loss = normaliser - right * uintBitsToFloat(parameter(6));
  if (share > 0.0) loss -= total * share;
  if ((wanted & 1) != 0) losses[parameter(2) + row] = loss;
  if ((wanted & 2) != 0) normalisers[parameter(3) + row] = normaliser;
}

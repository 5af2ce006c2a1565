#version 450
// Softmax of rows; the result may lie on the operand.
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"
#include "functions.glsl"
#include "rows.glsl"
layout(std430, binding = 1) readonly buffer From { float from[]; };
layout(std430, binding = 2) buffer To { float to[]; };

// rows, width of a row
void main() {
  const uint row = group_index(), width = parameter(3);
  if (row >= parameter(2)) return;
  const uint from_at = parameter(0) + row * width, to_at = parameter(1) + row * width;
  float own = -infinity();
  for (uint i = gl_LocalInvocationID.x; i < width; i += group_size) own = maximum(own, from[from_at + i]);
  const float largest = group_maximum(own);
  float total = 0.0;
  for (uint i = gl_LocalInvocationID.x; i < width; i += group_size) {
    const float value = exponential(from[from_at + i] - largest);
    to[to_at + i] = value;
    total += value;
  }
  total = group_sum(total);
  for (uint i = gl_LocalInvocationID.x; i < width; i += group_size) to[to_at + i] /= total;
}

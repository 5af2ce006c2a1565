#version 450
// The gradient of layer normalisation with respect to its operand; it may lie on the operand or on the
// gradient of the result.
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"
#include "functions.glsl"
#include "rows.glsl"
layout(std430, binding = 1) readonly buffer From { float from[]; };
layout(std430, binding = 2) readonly buffer Gain { float gain[]; };
layout(std430, binding = 3) readonly buffer Means { float means[]; };
layout(std430, binding = 4) readonly buffer Inverses { float inverses[]; };
layout(std430, binding = 5) readonly buffer Arriving { float arriving[]; };
layout(std430, binding = 6) writeonly buffer To { float to[]; };

// rows, width of a row
void main() {
  const uint row = group_index(), width = parameter(7);
  if (row >= parameter(6)) return;
  const uint from_at = parameter(0) + row * width, arriving_at = parameter(4) + row * width;
  const float mean = means[parameter(2) + row], inverse = inverses[parameter(3) + row];
  float plain = 0.0, aligned = 0.0;
  for (uint i = gl_LocalInvocationID.x; i < width; i += group_size) {
    const float gradient = arriving[arriving_at + i] * gain[parameter(1) + i];
    plain += gradient;
    aligned += gradient * ((from[from_at + i] - mean) * inverse);
  }
  plain = group_sum(plain) / float(width);
  aligned = group_sum(aligned) / float(width);
  for (uint i = gl_LocalInvocationID.x; i < width; i += group_size) {
    const float gradient = arriving[arriving_at + i] * gain[parameter(1) + i];
    const float normal = (from[from_at + i] - mean) * inverse;
    to[parameter(5) + row * width + i] = inverse * (gradient - plain - normal * aligned);
  }
}

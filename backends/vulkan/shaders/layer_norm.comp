#version 450
// Layer normalisation of rows; the result may lie on the operand. Outputs that nobody reads are bound to
// another's memory and not written.
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"
#include "functions.glsl"
#include "rows.glsl"
layout(std430, binding = 1) readonly buffer From { float from[]; };
layout(std430, binding = 2) readonly buffer Gain { float gain[]; };
layout(std430, binding = 3) readonly buffer Bias { float bias[]; };
layout(std430, binding = 4) writeonly buffer To { float to[]; };
layout(std430, binding = 5) writeonly buffer Means { float means[]; };
layout(std430, binding = 6) writeonly buffer Inverses { float inverses[]; };

// rows, width of a row, bits of epsilon, which outputs are wanted (1, 2 and 4)
void main() {
  const uint row = group_index(), width = parameter(7), wanted = parameter(9);
  if (row >= parameter(6)) return;
  const uint from_at = parameter(0) + row * width;
  float total = 0.0;
  for (uint i = gl_LocalInvocationID.x; i < width; i += group_size) total += from[from_at + i];
  const float mean = group_sum(total) / float(width);
  float squares = 0.0;
  for (uint i = gl_LocalInvocationID.x; i < width; i += group_size) {
    const float off = from[from_at + i] - mean;
    squares += off * off;
  }
  const float inverse = 1.0 / sqrt(group_sum(squares) / float(width) + uintBitsToFloat(parameter(8)));
  if ((wanted & 1) != 0) {
    for (uint i = gl_LocalInvocationID.x; i < width; i += group_size) {
      const float normal = (from[from_at + i] - mean) * inverse;
      to[parameter(3) + row * width + i] = gain[parameter(1) + i] * normal + bias[parameter(2) + i];
    }
  }
  if (gl_LocalInvocationID.x != 0) return;
  if ((wanted & 2) != 0) means[parameter(4) + row] = mean;
  if ((wanted & 4) != 0) inverses[parameter(5) + row] = inverse;
}

#version 450
// Sums for the gradients of gain and bias: an invocation adds up one column of some rows.
#extension GL_GOOGLE_include_directive : require
layout(local_size_x = 64) in;
#include "common.glsl"
layout(std430, binding = 1) readonly buffer From { float from[]; };
layout(std430, binding = 2) readonly buffer Means { float means[]; };
layout(std430, binding = 3) readonly buffer Inverses { float inverses[]; };
layout(std430, binding = 4) readonly buffer Arriving { float arriving[]; };
layout(std430, binding = 5) writeonly buffer Sums { float sums[]; };

// rows, width of a row, parts, rows of a part. Sums: of each part the columns of the gain, of each the bias.
void main() {
  const uint index = linear_index(), width = parameter(6), parts = parameter(7);
  if (index >= width * parts) return;
  const uint column = index % width, part = index / width;
  const uint first = part * parameter(8), last = min(first + parameter(8), parameter(5));
  float gain = 0.0, bias = 0.0;
  for (uint row = first; row < last; ++row) {
    const float gradient = arriving[parameter(3) + row * width + column];
    const float off = from[parameter(0) + row * width + column] - means[parameter(1) + row];
    gain += gradient * (off * inverses[parameter(2) + row]);
    bias += gradient;
  }
  sums[parameter(4) + index] = gain;
  sums[parameter(4) + width * parts + index] = bias;
}

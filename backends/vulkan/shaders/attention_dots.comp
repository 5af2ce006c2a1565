#version 450
// For each query of each head the dot product of its result and what arrives there.
#extension GL_GOOGLE_include_directive : require
layout(local_size_x = 64) in;
#include "common.glsl"
layout(std430, binding = 1) readonly buffer Results { float results[]; };
layout(std430, binding = 2) readonly buffer Arriving { float arriving[]; };
layout(std430, binding = 3) writeonly buffer Dots { float dots[]; };

// queries of all heads and rows, positions, heads, size of a head
void main() {
  const uint index = linear_index(), target = parameter(4), heads = parameter(5), size = parameter(6);
  if (index >= parameter(3)) return;
  float dot = 0.0;
  for (uint c = 0; c < size; ++c)
    dot = fma(results[parameter(0) + index * size + c], arriving[parameter(1) + index * size + c], dot);
  const uint head = index % heads, position = index / heads % target, row = index / heads / target;
  dots[parameter(2) + (row * heads + head) * target + position] = dot;
}

#version 450
// Copies elements from any strides to any strides. With POSITION, one of the two begins at a position along an
// axis that is read at run time and clamped to fit.
#extension GL_GOOGLE_include_directive : require
layout(local_size_x = 64) in;
#include "common.glsl"
#include "elements.glsl"
layout(std430, binding = 1) readonly buffer From { ELEMENT from[]; };
layout(std430, binding = 2) writeonly buffer To { ELEMENT to[]; };
#ifdef POSITION
layout(std430, binding = 3) readonly buffer Position { int position[]; };
const uint first = 3;
#else
const uint first = 2;
#endif

// count; where the sizes and strides of both begin; what is added to both; with POSITION: the last position,
// and the strides of both along the axis.
void main() {
  const uint index = linear_index();
  if (index >= parameter(first)) return;
  uint from_at = parameter(0) + parameter(first + 3) + strided(index, parameter(first + 1));
  uint to_at = parameter(1) + parameter(first + 4) + strided(index, parameter(first + 2));
#ifdef POSITION
  const uint at = uint(clamp(position[parameter(2)], 0, int(parameter(first + 5))));
  from_at += at * parameter(first + 6);
  to_at += at * parameter(first + 7);
#endif
  to[to_at] = from[from_at];
}

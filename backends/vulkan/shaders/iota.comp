#version 450
// 0, 1, 2 ... along one axis.
#extension GL_GOOGLE_include_directive : require
layout(local_size_x = 64) in;
#include "common.glsl"
layout(std430, binding = 1) writeonly buffer To { ELEMENT to[]; };

// count of elements, size of the axis, elements after it
void main() {
  const uint index = linear_index();
  if (index >= parameter(1)) return;
  to[parameter(0) + index] = ELEMENT(index / parameter(3) % parameter(2));
}

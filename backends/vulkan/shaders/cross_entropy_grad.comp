#version 450
// The gradient of cross-entropy with respect to the scores; it may replace them.
#extension GL_GOOGLE_include_directive : require
layout(local_size_x = 64) in;
#include "common.glsl"
#include "functions.glsl"
layout(std430, binding = 1) readonly buffer From { float from[]; };
layout(std430, binding = 2) readonly buffer Targets { int targets[]; };
layout(std430, binding = 3) readonly buffer Normalisers { float normalisers[]; };
layout(std430, binding = 4) readonly buffer Arriving { float arriving[]; };
layout(std430, binding = 5) writeonly buffer To { float to[]; };

// count of elements, classes, bits of what the right class and each other one should have
void main() {
  const uint index = linear_index();
  if (index >= parameter(5)) return;
  const uint row = index / parameter(6), column = index % parameter(6);
  const float gradient = arriving[parameter(3) + row];
  float result = 0.0;
  if (gradient != 0.0) {  // else a row that does not count: padding
    const float probability = exponential(from[parameter(0) + index] - normalisers[parameter(2) + row]);
    const bool right = targets[parameter(1) + row] == int(column);
    result = (probability - uintBitsToFloat(right ? parameter(7) : parameter(8))) * gradient;
  }
  to[parameter(4) + index] = result;
}

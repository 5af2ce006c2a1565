#version 450
// Dropout; the result may lie on the operand. An invocation deals with four elements.
#extension GL_GOOGLE_include_directive : require
layout(local_size_x = 64) in;
#include "common.glsl"
#include "philox.glsl"
layout(std430, binding = 1) readonly buffer From { float from[]; };
layout(std430, binding = 2) readonly buffer Key { uint key[]; };
layout(std430, binding = 3) writeonly buffer To { float to[]; };

// count of elements, stream, threshold below which an element is dropped, bits of the factor of the others
void main() {
  const uint block = linear_index(), count = parameter(3), at = parameter(1);
  if (block * 4 >= count) return;
  const uvec4 bits =
      philox(block, parameter(4), uvec2(key[at], key[at + 1]), uvec2(key[at + 2], key[at + 3]));
  for (uint i = 0; i < 4 && block * 4 + i < count; ++i) {
    const float value = from[parameter(0) + block * 4 + i];
    to[parameter(2) + block * 4 + i] = bits[i] < parameter(5) ? 0.0 : value * uintBitsToFloat(parameter(6));
  }
}

#version 450
// Random bits: an invocation makes four words.
#extension GL_GOOGLE_include_directive : require
layout(local_size_x = 64) in;
#include "common.glsl"
#include "philox.glsl"
layout(std430, binding = 1) readonly buffer Key { uint key[]; };
layout(std430, binding = 2) writeonly buffer To { uint to[]; };

// count of elements, stream
void main() {
  const uint block = linear_index(), count = parameter(2), at = parameter(0);
  if (block * 4 >= count) return;
  const uvec4 bits =
      philox(block, parameter(3), uvec2(key[at], key[at + 1]), uvec2(key[at + 2], key[at + 3]));
  for (uint i = 0; i < 4 && block * 4 + i < count; ++i) to[parameter(1) + block * 4 + i] = bits[i];
}

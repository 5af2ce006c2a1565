#version 450
// Zeros around and between the elements of a tensor: each element of the result looks for its own.
#extension GL_GOOGLE_include_directive : require
layout(local_size_x = 64) in;
#include "common.glsl"
#include "elements.glsl"
layout(std430, binding = 1) readonly buffer From { ELEMENT from[]; };
layout(std430, binding = 2) writeonly buffer To { ELEMENT to[]; };

// count, rank; for each axis, from the last: the size of the result, how many zeros come first, the distance
// of elements, the size of the tensor, its stride.
void main() {
  const uint index = linear_index();
  if (index >= parameter(2)) return;
  uint rest = index, from_at = parameter(0);
  bool inside = true;
  for (uint axis = 0; axis < parameter(3); ++axis) {
    const uint word = 4 + 5 * axis;
    const int place = int(rest % parameter(word)) - int(parameter(word + 1));
    rest /= parameter(word);
    const int step = int(parameter(word + 2));
    const int element = place / step;
    inside = inside && place >= 0 && element * step == place && element < int(parameter(word + 3));
    from_at += uint(element) * parameter(word + 4);
  }
  uint value = 0;
  if (inside) value = uint(from[from_at]);
  to[parameter(1) + index] = ELEMENT(value);
}

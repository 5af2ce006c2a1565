#version 450
// Rows of a table by their indices; an index outside reads zeros.
#extension GL_GOOGLE_include_directive : require
layout(local_size_x = 64) in;
#include "common.glsl"
#include "elements.glsl"
layout(std430, binding = 1) readonly buffer Table { ELEMENT table[]; };
layout(std430, binding = 2) readonly buffer Indices { int indices[]; };
layout(std430, binding = 3) writeonly buffer To { ELEMENT to[]; };

// count of elements, width of a row, rows of the table
void main() {
  const uint index = linear_index();
  if (index >= parameter(3)) return;
  const uint width = parameter(4);
  const int row = indices[parameter(1) + index / width];
  uint value = 0;
  if (row >= 0 && row < int(parameter(5)))
    value = uint(table[parameter(0) + uint(row) * width + index % width]);
  to[parameter(2) + index] = ELEMENT(value);
}

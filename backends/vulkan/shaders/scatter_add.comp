#version 450
// Adds rows to a table at their indices, in the order of the rows: a group owns 64 columns of some rows of the
// table and looks at all indices.
#extension GL_GOOGLE_include_directive : require
layout(local_size_x = 64) in;
#include "common.glsl"
layout(std430, binding = 1) readonly buffer Indices { int indices[]; };
layout(std430, binding = 2) readonly buffer Rows { ELEMENT rows[]; };
layout(std430, binding = 3) buffer Table { ELEMENT table[]; };

// how many indices, width of a row, rows of the table, rows that a group owns
void main() {
  const uint width = parameter(4);
  const uint column = gl_WorkGroupID.x * 64 + gl_LocalInvocationID.x;
  const int first = int(gl_WorkGroupID.y * parameter(6));
  const int last = min(first + int(parameter(6)), int(parameter(5)));
  if (column >= width) return;
  for (uint i = 0; i < parameter(3); ++i) {
    const int row = indices[parameter(0) + i];
    if (row < first || row >= last) continue;
    table[parameter(2) + uint(row) * width + column] += rows[parameter(1) + i * width + column];
  }
}

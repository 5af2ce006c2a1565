#version 450
// Products of matrices in tiles: a group computes ROWS x COLUMNS of a result, an invocation some of them, from
// pieces of both operands in shared memory. Sums are f32, in order of the inner index.
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_shader_16bit_storage : require
#extension GL_EXT_control_flow_attributes : require
layout(local_size_x_id = 0) in;
layout(constant_id = 1) const uint ROWS = 64;
layout(constant_id = 2) const uint COLUMNS = 64;
layout(constant_id = 3) const uint DEPTH = 8;
layout(constant_id = 4) const uint OWN_ROWS = 8;     // of an invocation
layout(constant_id = 5) const uint OWN_COLUMNS = 8;
layout(constant_id = 6) const bool ACCUMULATES = false;
layout(constant_id = 7) const bool A_ALONG_ROWS = true;     // neighbours along the inner axis are loaded together
layout(constant_id = 8) const bool B_ALONG_COLUMNS = true;  // neighbours along the columns are loaded together
layout(constant_id = 9) const uint bindings = 4;  // before the parameters that are not beginnings
#include "common.glsl"
#include "functions.glsl"
#ifdef FUSED
#include "all_functions.glsl"

// Its body is written at run time: what becomes of an element of the product, of operands that are bound behind it.
// The row is counted over all batches.
float finished(const float total, const uint index, const uint row, const uint column) {
  return total + all_functions(index + row + column);
}
#else
float finished(const float total, const uint index, const uint row, const uint column) { return total; }
#endif
layout(std430, binding = 1) readonly buffer A { ELEMENT a[]; };
layout(std430, binding = 2) readonly buffer B { ELEMENT b[]; };
layout(std430, binding = 3) writeonly buffer C { RESULT c[]; };
layout(std430, binding = 4) readonly buffer D { RESULT d[]; };

shared float a_tile[DEPTH * (ROWS + 1)];
shared float b_tile[DEPTH * (COLUMNS + 1)];

// rows, columns, inner size, batches; strides of a along rows and inner axis, of b along inner axis and
// columns; where the sizes and strides of the batches begin, for a and b
void main() {
  const uint rows = parameter(bindings), columns = parameter(bindings + 1), inner = parameter(bindings + 2);
  const uint a_row = parameter(bindings + 4), a_inner = parameter(bindings + 5);
  const uint b_inner = parameter(bindings + 6), b_column = parameter(bindings + 7);
  const uint threads = gl_WorkGroupSize.x, thread = gl_LocalInvocationID.x;
  const uint across = COLUMNS / OWN_COLUMNS, down = ROWS / OWN_ROWS;
  const uint own_row = thread / across, own_column = thread % across;
  const uint first_row = gl_WorkGroupID.y * ROWS, first_column = gl_WorkGroupID.x * COLUMNS;

  for (uint batch = gl_WorkGroupID.z; batch < parameter(bindings + 3); batch += gl_NumWorkGroups.z) {
    const uint a_at = parameter(0) + strided(batch, parameter(bindings + 8));
    const uint b_at = parameter(1) + strided(batch, parameter(bindings + 9));
    float sums[OWN_ROWS * OWN_COLUMNS];
    [[unroll]] for (uint i = 0; i < OWN_ROWS * OWN_COLUMNS; ++i) sums[i] = 0.0;

    for (uint first = 0; first < inner; first += DEPTH) {
      for (uint i = thread; i < ROWS * DEPTH; i += threads) {
        const uint k = A_ALONG_ROWS ? i % DEPTH : i / ROWS;
        const uint row = A_ALONG_ROWS ? i / DEPTH : i % ROWS;
        const bool inside = first_row + row < rows && first + k < inner;
        a_tile[k * (ROWS + 1) + row] =
            inside ? VALUE(a[a_at + (first_row + row) * a_row + (first + k) * a_inner]) : 0.0;
      }
      for (uint i = thread; i < COLUMNS * DEPTH; i += threads) {
        const uint k = B_ALONG_COLUMNS ? i / COLUMNS : i % DEPTH;
        const uint column = B_ALONG_COLUMNS ? i % COLUMNS : i / DEPTH;
        const bool inside = first_column + column < columns && first + k < inner;
        b_tile[k * (COLUMNS + 1) + column] =
            inside ? VALUE(b[b_at + (first + k) * b_inner + (first_column + column) * b_column]) : 0.0;
      }
      barrier();
      for (uint k = 0; k < DEPTH; ++k) {
        float left[OWN_ROWS], right[OWN_COLUMNS];
        [[unroll]] for (uint i = 0; i < OWN_ROWS; ++i) left[i] = a_tile[k * (ROWS + 1) + own_row + i * down];
        [[unroll]] for (uint j = 0; j < OWN_COLUMNS; ++j)
          right[j] = b_tile[k * (COLUMNS + 1) + own_column + j * across];
        [[unroll]] for (uint i = 0; i < OWN_ROWS; ++i) {
          [[unroll]] for (uint j = 0; j < OWN_COLUMNS; ++j)
            sums[i * OWN_COLUMNS + j] = fma(left[i], right[j], sums[i * OWN_COLUMNS + j]);
        }
      }
      barrier();
    }

    // Row after row moves to the front of the sums: if this loop were unrolled, too, a driver would have to compile
    // as many copies of what finishes an element as an invocation has elements, which takes some of them minutes.
    [[dont_unroll]] for (uint i = 0; i < OWN_ROWS; ++i) {
      const uint row = first_row + own_row + i * down;
      [[unroll]] for (uint j = 0; j < OWN_COLUMNS; ++j) {
        const uint column = first_column + own_column + j * across;
        if (row >= rows || column >= columns) continue;
        const uint at = (batch * rows + row) * columns + column;
        float total = sums[j];
        if (ACCUMULATES) total += FROM_RESULT(d[parameter(3) + at]);
        c[parameter(2) + at] = TO_RESULT(finished(total, at, batch * rows + row, column));
      }
      [[unroll]] for (uint k = 0; k < (OWN_ROWS - 1) * OWN_COLUMNS; ++k) sums[k] = sums[k + OWN_COLUMNS];
    }
  }
}

#version 450
// Products of float16 matrices by the device's own instructions for small matrices, summed in f32. A group
// computes ROWS x COLUMNS of a result, a subgroup DOWN x ACROSS small matrices of it, from pieces of both
// operands in shared memory, which lie there as they do in theirs. One source for the two extensions,
// GL_KHR_cooperative_matrix and GL_NV_cooperative_matrix, which older compilers have, and for devices without
// any: with EMULATED every invocation computes the small matrices, of 16 x 16, alone, so that all else is tried.
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_shader_16bit_storage : require
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_KHR_memory_scope_semantics : require
#extension GL_KHR_shader_subgroup_basic : require
#ifdef KHR
#extension GL_KHR_cooperative_matrix : require
#define MATRIX_A coopmat<float16_t, gl_ScopeSubgroup, M, K, gl_MatrixUseA>
#define MATRIX_B coopmat<float16_t, gl_ScopeSubgroup, K, N, gl_MatrixUseB>
#define MATRIX_C coopmat<float, gl_ScopeSubgroup, M, N, gl_MatrixUseAccumulator>
#define LAYOUT(by_columns) \
  ((by_columns) ? gl_CooperativeMatrixLayoutColumnMajor : gl_CooperativeMatrixLayoutRowMajor)
#define LOAD(matrix, from, at, stride, by_columns) coopMatLoad(matrix, from, at, stride, LAYOUT(by_columns))
#define STORE(matrix, to, at, stride) coopMatStore(matrix, to, at, stride, LAYOUT(false))
#define MULTIPLY_ADD(a, b, c) c = coopMatMulAdd(a, b, c)
#define CLEAR(matrix) matrix = MATRIX_C(0.0)
#elif defined(NV)
#extension GL_NV_cooperative_matrix : require
#define MATRIX_A fcoopmatNV<16, gl_ScopeSubgroup, M, K>
#define MATRIX_B fcoopmatNV<16, gl_ScopeSubgroup, K, N>
#define MATRIX_C fcoopmatNV<32, gl_ScopeSubgroup, M, N>
#define LOAD(matrix, from, at, stride, by_columns) coopMatLoadNV(matrix, from, at, stride, by_columns)
#define STORE(matrix, to, at, stride) coopMatStoreNV(matrix, to, at, stride, false)
#define MULTIPLY_ADD(a, b, c) c = coopMatMulAddNV(a, b, c)
#define CLEAR(matrix) matrix = MATRIX_C(0.0)
#endif
layout(local_size_x_id = 0) in;
layout(constant_id = 1) const uint ROWS = 64;
layout(constant_id = 2) const uint COLUMNS = 64;
layout(constant_id = 3) const uint DEPTH = 32;
layout(constant_id = 4) const uint DOWN = 2;
layout(constant_id = 5) const uint ACROSS = 2;
layout(constant_id = 6) const bool ACCUMULATES = false;
layout(constant_id = 7) const bool A_ALONG_ROWS = true;     // else along its columns
layout(constant_id = 8) const bool B_ALONG_COLUMNS = true;  // else along the inner axis
layout(constant_id = 9) const uint M = 16;                  // of a small product: rows, columns, inner size
layout(constant_id = 10) const uint N = 16;
layout(constant_id = 11) const uint K = 16;
layout(constant_id = 12) const uint SUBGROUPS = 4;
#include "common.glsl"
#include "functions.glsl"
layout(std430, binding = 1) readonly buffer A { uint16_t a[]; };
layout(std430, binding = 1) readonly buffer A8 { uvec4 a8[]; };
layout(std430, binding = 2) readonly buffer B { uint16_t b[]; };
layout(std430, binding = 2) readonly buffer B8 { uvec4 b8[]; };
layout(std430, binding = 3) writeonly buffer C { RESULT c[]; };
layout(std430, binding = 4) readonly buffer D { RESULT d[]; };

// Eight numbers a word, and a word more in each line so that lines begin in different banks.
const uint A_LINES = A_ALONG_ROWS ? ROWS : DEPTH;
const uint A_WORDS = (A_ALONG_ROWS ? DEPTH : ROWS) / 8;
const uint B_LINES = B_ALONG_COLUMNS ? DEPTH : COLUMNS;
const uint B_WORDS = (B_ALONG_COLUMNS ? COLUMNS : DEPTH) / 8;
shared uvec4 a_tile[A_LINES * (A_WORDS + 1)];
shared uvec4 b_tile[B_LINES * (B_WORDS + 1)];
shared float results[SUBGROUPS * M * N];

uvec4 word_of_a(const uint at, const uint stride, const uint count) {
  if (count >= 8 && stride == 1 && at % 8 == 0) return a8[at / 8];
  uint halves[8];
  [[unroll]] for (uint i = 0; i < 8; ++i) halves[i] = i < count ? uint(a[at + i * stride]) : 0;
  return uvec4(halves[0] | halves[1] << 16, halves[2] | halves[3] << 16, halves[4] | halves[5] << 16,
               halves[6] | halves[7] << 16);
}
uvec4 word_of_b(const uint at, const uint stride, const uint count) {
  if (count >= 8 && stride == 1 && at % 8 == 0) return b8[at / 8];
  uint halves[8];
  [[unroll]] for (uint i = 0; i < 8; ++i) halves[i] = i < count ? uint(b[at + i * stride]) : 0;
  return uvec4(halves[0] | halves[1] << 16, halves[2] | halves[3] << 16, halves[4] | halves[5] << 16,
               halves[6] | halves[7] << 16);
}
#ifdef EMULATED
#define MATRIX_A float[256]
#define MATRIX_B float[256]
#define MATRIX_C float[256]
#define CLEAR(matrix) for (uint e = 0; e < 256; ++e) matrix[e] = 0.0
#define LOAD(matrix, from, at, stride, by_columns)                                    \
  for (uint e = 0; e < 256; ++e) {                                                    \
    const uint line = by_columns ? e % 16 : e / 16, place = by_columns ? e / 16 : e % 16; \
    const uint word = from[(at) + line * (stride) + place / 8][place % 8 / 2];        \
    matrix[e] = from_float16(place % 2 == 0 ? word & 0xffffu : word >> 16);           \
  }
#define STORE(matrix, to, at, stride) \
  for (uint e = gl_SubgroupInvocationID; e < 256; e += gl_SubgroupSize) to[(at) + e / 16 * (stride) + e % 16] = matrix[e]
#define MULTIPLY_ADD(a, b, c)          \
  for (uint e = 0; e < 256; ++e) {     \
    for (uint inner = 0; inner < 16; ++inner) c[e] = fma(a[e / 16 * 16 + inner], b[inner * 16 + e % 16], c[e]); \
  }
#endif
uint left(const uint end, const uint at) { return at < end ? end - at : 0; }

// Parameters as in matmul.comp.
void main() {
  const uint rows = parameter(4), columns = parameter(5), inner = parameter(6);
  const uint a_row = parameter(8), a_inner = parameter(9), b_inner = parameter(10), b_column = parameter(11);
  const uint threads = gl_WorkGroupSize.x, thread = gl_LocalInvocationID.x;
  const uint first_row = gl_WorkGroupID.y * ROWS, first_column = gl_WorkGroupID.x * COLUMNS;
  const uint subgroups_across = COLUMNS / (ACROSS * N);
  const uint own_row = gl_SubgroupID / subgroups_across * (DOWN * M);
  const uint own_column = gl_SubgroupID % subgroups_across * (ACROSS * N);

  for (uint batch = gl_WorkGroupID.z; batch < parameter(7); batch += gl_NumWorkGroups.z) {
    const uint a_at = parameter(0) + strided(batch, parameter(12));
    const uint b_at = parameter(1) + strided(batch, parameter(13));
    MATRIX_C sums[DOWN * ACROSS];
    [[unroll]] for (uint i = 0; i < DOWN * ACROSS; ++i) CLEAR(sums[i]);

    for (uint first = 0; first < inner; first += DEPTH) {
      for (uint i = thread; i < A_LINES * A_WORDS; i += threads) {
        const uint line = i / A_WORDS, in_line = i % A_WORDS * 8;
        const uint row = first_row + (A_ALONG_ROWS ? line : in_line), k = first + (A_ALONG_ROWS ? in_line : line);
        const uint count = A_ALONG_ROWS ? (row < rows ? left(inner, k) : 0) : (k < inner ? left(rows, row) : 0);
        a_tile[line * (A_WORDS + 1) + i % A_WORDS] =
            word_of_a(a_at + row * a_row + k * a_inner, A_ALONG_ROWS ? a_inner : a_row, count);
      }
      for (uint i = thread; i < B_LINES * B_WORDS; i += threads) {
        const uint line = i / B_WORDS, in_line = i % B_WORDS * 8;
        const uint k = first + (B_ALONG_COLUMNS ? line : in_line);
        const uint column = first_column + (B_ALONG_COLUMNS ? in_line : line);
        const uint count =
            B_ALONG_COLUMNS ? (k < inner ? left(columns, column) : 0) : (column < columns ? left(inner, k) : 0);
        b_tile[line * (B_WORDS + 1) + i % B_WORDS] =
            word_of_b(b_at + k * b_inner + column * b_column, B_ALONG_COLUMNS ? b_column : b_inner, count);
      }
      barrier();
      [[unroll]] for (uint k = 0; k < DEPTH; k += K) {
        MATRIX_A left_side[DOWN];
        [[unroll]] for (uint i = 0; i < DOWN; ++i) {
          const uint row = own_row + i * M;
          LOAD(left_side[i], a_tile, A_ALONG_ROWS ? row * (A_WORDS + 1) + k / 8 : k * (A_WORDS + 1) + row / 8,
               A_WORDS + 1, !A_ALONG_ROWS);
        }
        [[unroll]] for (uint j = 0; j < ACROSS; ++j) {
          const uint column = own_column + j * N;
          MATRIX_B right_side;
          LOAD(right_side, b_tile,
               B_ALONG_COLUMNS ? k * (B_WORDS + 1) + column / 8 : column * (B_WORDS + 1) + k / 8, B_WORDS + 1,
               !B_ALONG_COLUMNS);
          [[unroll]] for (uint i = 0; i < DOWN; ++i)
            MULTIPLY_ADD(left_side[i], right_side, sums[i * ACROSS + j]);
        }
      }
      barrier();
    }

    // Each small matrix by way of shared memory, since only there it is known which element is where.
    const uint own = gl_SubgroupID * (M * N);
    [[unroll]] for (uint i = 0; i < DOWN * ACROSS; ++i) {
      STORE(sums[i], results, own, N);
      barrier();
      for (uint element = gl_SubgroupInvocationID; element < M * N; element += gl_SubgroupSize) {
        const uint row = first_row + own_row + i / ACROSS * M + element / N;
        const uint column = first_column + own_column + i % ACROSS * N + element % N;
        if (row >= rows || column >= columns) continue;
        const uint at = (batch * rows + row) * columns + column;
        float total = results[own + element];
        if (ACCUMULATES) total += FROM_RESULT(d[parameter(3) + at]);
        c[parameter(2) + at] = TO_RESULT(total);
      }
      barrier();
    }
  }
}

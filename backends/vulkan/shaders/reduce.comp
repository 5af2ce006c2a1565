#version 450
// Sums, maxima and minima. The reduced indices of each result are cut into parts: an invocation, or with
// GROUP a whole group, deals with one part of one result. Always in the same order.
#extension GL_GOOGLE_include_directive : require
layout(constant_id = 0) const uint kind = 0;      // 0 sum, 1 maximum, 2 minimum
layout(constant_id = 1) const uint bindings = 2;  // before the parameters that are not beginnings
layout(local_size_x = 64) in;
#include "common.glsl"
#include "functions.glsl"
#ifdef FUSED
#include "all_functions.glsl"
layout(std430, binding = 1) writeonly buffer To { ELEMENT to[]; };
const uint to_at = 0;

// Its body is written at run time: what is reduced, of operands that are bound behind the results.
ELEMENT element(const uint result, const uint i) { return all_functions(result + i); }
#else
layout(std430, binding = 1) readonly buffer From { ELEMENT from[]; };
layout(std430, binding = 2) writeonly buffer To { ELEMENT to[]; };
const uint to_at = 1;

ELEMENT element(const uint result, const uint i) {
  return from[parameter(0) + strided(result, parameter(bindings + 4)) + strided(i, parameter(bindings + 5))];
}
#endif

ELEMENT start() { return kind == 0 ? ELEMENT(0) : kind == 1 ? LOWEST : HIGHEST; }

ELEMENT combined(const ELEMENT a, const ELEMENT b) {
  precise ELEMENT sum = a + b;  // not one operation with the product that b may be
  if (kind == 0) return sum;
  return kind == 1 ? LARGER(a, b) : SMALLER(a, b);
}

#ifdef GROUP
shared ELEMENT partial[64];
#endif

// results, reduced elements, parts, elements of a part; where the sizes and strides of the results begin, and
// those of the reduced elements
void main() {
  const uint results = parameter(bindings), reduced = parameter(bindings + 1);
#ifdef GROUP
  const uint work = gl_WorkGroupID.y * gl_NumWorkGroups.x + gl_WorkGroupID.x;
  const uint thread = gl_LocalInvocationID.x, threads = 64;
#else
  const uint work = linear_index();
  const uint thread = 0, threads = 1;
#endif
  if (work >= results * parameter(bindings + 2)) return;
  const uint result = work % results, part = work / results;
  const uint first = part * parameter(bindings + 3), last = min(first + parameter(bindings + 3), reduced);
  ELEMENT total = start();
  for (uint i = first + thread; i < last; i += threads)
    total = combined(total, element(result, i));
#ifdef GROUP
  partial[thread] = total;
  barrier();
  for (uint half_size = 32; half_size > 0; half_size /= 2) {
    if (thread < half_size) partial[thread] = combined(partial[thread], partial[thread + half_size]);
    barrier();
  }
  if (thread == 0) to[parameter(to_at) + work] = partial[0];
#else
  to[parameter(to_at) + work] = total;
#endif
}

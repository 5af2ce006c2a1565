// What both shaders of attention's gradients are given, for some positions of a head: queries, or with OF_KEYS keys
// and their values. With P the weights, G what arrives at the result, d the dot product of G and the result, and
// S = scale P (G V' - d), the gradients are S K, S' Q and P' G.
layout(local_size_x = 64) in;
layout(constant_id = 0) const uint SIZE = 64;  // of a head
layout(constant_id = 3) const bool CAUSAL = false;
layout(constant_id = 4) const bool HAS_LENGTHS = false;
layout(constant_id = 5) const bool OF_KEYS = false;
#include "common.glsl"
#include "functions.glsl"
layout(std430, binding = 1) readonly buffer Queries { float queries[]; };
layout(std430, binding = 2) readonly buffer Keys { float keys[]; };
layout(std430, binding = 3) readonly buffer Values { float values[]; };
layout(std430, binding = 4) readonly buffer Arriving { float arriving[]; };
layout(std430, binding = 5) readonly buffer Statistics { float log_sums[]; };
layout(std430, binding = 6) readonly buffer Dots { float dots[]; };
layout(std430, binding = 7) readonly buffer Lengths { int lengths[]; };
layout(std430, binding = 8) writeonly buffer First { float grads[]; };         // of queries, or keys
layout(std430, binding = 9) writeonly buffer Second { float value_grads[]; };  // of values

// Parameters: query positions, key positions, heads, groups of a head, heads of all rows, bits of the scale, which
// gradients are wanted (1: the first, 2: that of values).

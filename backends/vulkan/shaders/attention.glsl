// What both shaders of attention are given.
layout(local_size_x = 64) in;
layout(constant_id = 0) const uint SIZE = 64;  // of a head
layout(constant_id = 3) const bool CAUSAL = false;
layout(constant_id = 4) const bool HAS_LENGTHS = false;
layout(constant_id = 5) const bool CACHED = false;  // keys lie in rows of a cache
#include "common.glsl"
#include "functions.glsl"
layout(std430, binding = 1) readonly buffer Queries { float queries[]; };
layout(std430, binding = 2) readonly buffer Keys { float keys[]; };
layout(std430, binding = 3) readonly buffer Values { float values[]; };
layout(std430, binding = 4) readonly buffer Lengths { int lengths[]; };
layout(std430, binding = 5) readonly buffer Rows { int rows[]; };
layout(std430, binding = 6) writeonly buffer Results { float results[]; };
layout(std430, binding = 7) writeonly buffer Statistics { float log_sums[]; };

// Parameters: query positions, key positions, heads, groups of a head, heads of all rows, bits of the scale, which
// outputs are wanted (1 and 2), rows of the cache.

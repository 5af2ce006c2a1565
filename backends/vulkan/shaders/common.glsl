// What every shader shares: its parameters, and which element an invocation works on.
// Binding 0 holds the words of a dispatch: first, for each further binding, where its operand begins in it, in
// elements; then what the kernel adds.
layout(std430, binding = 0) readonly buffer Parameters { uint parameters[]; };

uint parameter(const uint index) { return parameters[index]; }

// Counts over a grid of two dimensions, since one may not hold more than 65535 groups.
uint group_index() { return gl_WorkGroupID.y * gl_NumWorkGroups.x + gl_WorkGroupID.x; }
uint linear_index() { return group_index() * gl_WorkGroupSize.x + gl_LocalInvocationID.x; }

// Where element `index` of a tensor lies. At `at` stand the number of axes and, from the last to the first,
// the size of each and its stride.
uint strided(const uint index, const uint at) {
  uint offset = 0, rest = index;
  const uint rank = parameters[at];
  for (uint axis = 0; axis < rank; ++axis) {
    const uint size = parameters[at + 1 + 2 * axis];
    offset += (rest % size) * parameters[at + 2 + 2 * axis];
    rest /= size;
  }
  return offset;
}

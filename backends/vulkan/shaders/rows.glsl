// What the 64 invocations of a group, which deal with one row, find out together: always in the same order.
layout(local_size_x = 64) in;
const uint group_size = 64;
shared float row_values[64];

float group_sum(const float own) {
  row_values[gl_LocalInvocationID.x] = own;
  barrier();
  for (uint half_size = 32; half_size > 0; half_size /= 2) {
    if (gl_LocalInvocationID.x < half_size)
      row_values[gl_LocalInvocationID.x] += row_values[gl_LocalInvocationID.x + half_size];
    barrier();
  }
  const float total = row_values[0];
  barrier();
  return total;
}

float group_maximum(const float own) {
  row_values[gl_LocalInvocationID.x] = own;
  barrier();
  for (uint half_size = 32; half_size > 0; half_size /= 2) {
    if (gl_LocalInvocationID.x < half_size) {
      row_values[gl_LocalInvocationID.x] = maximum(row_values[gl_LocalInvocationID.x],
                                                   row_values[gl_LocalInvocationID.x + half_size]);
    }
    barrier();
  }
  const float largest = row_values[0];
  barrier();
  return largest;
}

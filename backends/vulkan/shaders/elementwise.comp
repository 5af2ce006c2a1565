#version 450
// The frame of every elementwise kernel: what its body may call. The body, and the operands, are written into
// the compiled module in place of main(), which only keeps all functions from being left out.
#extension GL_GOOGLE_include_directive : require
layout(local_size_x = 64) in;
#include "common.glsl"
#include "functions.glsl"

void main() {
  uint word = strided(linear_index(), parameter(0));
  float real = minimum(0.0, maximum(0.0, 0.0));
  real = exponential(logarithm(hyperbolic_tangent(error_function(sine(cosine(real))))));
  real = power(float_remainder(real, real), rounded_to_bfloat16(from_bfloat16(bfloat16_bits(real))));
  real = rounded_to_float16(from_float16(float16_bits(real)));
  bool truth = is_finite(real);
  int whole = signed_divide(signed_remainder(to_signed(real), 1), 1);
  word = unsigned_divide(unsigned_remainder(to_unsigned(real), word), word);
  word = multiplied_high(shifted_left(word, word), shifted_right(word, word));
}

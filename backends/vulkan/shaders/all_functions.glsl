// Calls everything that a scalar program, written at run time, may call, so that nothing is left out of a module
// into which one is written.
float all_functions(const uint index) {
  uint word = strided(index, parameter(0));
  float real = minimum(0.0, maximum(0.0, 0.0));
  real = exponential(logarithm(hyperbolic_tangent(error_function(sine(cosine(real))))));
  real = power(float_remainder(real, real), rounded_to_bfloat16(from_bfloat16(bfloat16_bits(real))));
  real = rounded_to_float16(from_float16(float16_bits(real)));
  bool truth = is_finite(real);
  int whole = signed_divide(signed_remainder(to_signed(real), 1), 1);
  word = unsigned_divide(unsigned_remainder(to_unsigned(real), word), word);
  word = multiplied_high(shifted_left(word, word), shifted_right(word, word));
  return truth ? real : float(word) + float(whole);
}

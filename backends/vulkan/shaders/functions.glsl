// The scalar instructions that are more than one machine instruction. Vulkan leaves exp, tanh and others
// imprecise (and large arguments open), so they are written out: right to a few units in the last place.
// A NaN is never hidden; comparisons look at bits where a driver may assume that there are none.

bool is_nan(const float x) { return (floatBitsToUint(x) & 0x7fffffffu) > 0x7f800000u; }
bool is_finite(const float x) { return (floatBitsToUint(x) & 0x7f800000u) != 0x7f800000u; }
float infinity() { return uintBitsToFloat(0x7f800000u); }
float not_a_number() { return uintBitsToFloat(0x7fc00000u); }
float copy_sign(const float size, const float sign_of) {
  return uintBitsToFloat((floatBitsToUint(size) & 0x7fffffffu) | (floatBitsToUint(sign_of) & 0x80000000u));
}

float minimum(const float a, const float b) { return is_nan(a) ? a : is_nan(b) ? b : b < a ? b : a; }
float maximum(const float a, const float b) { return is_nan(a) ? a : is_nan(b) ? b : a < b ? b : a; }

// x times 2^n for whole n in [-260, 260], in two steps: neither power leaves the range, and only the last
// product rounds.
float scaled(const float x, const int n) {
  const int half_way = n >> 1;
  precise float first = x * uintBitsToFloat(uint(half_way + 127) << 23);
  precise float result = first * uintBitsToFloat(uint(n - half_way + 127) << 23);
  return result;
}

// Moshier's Cephes: e^x = 2^n e^r with |r| <= ln(2) / 2.
float exponential(const float x) {
  if (is_nan(x)) return x;
  const float within = clamp(x, -104.0, 104.0);
  precise float n = roundEven(within * 1.44269504088896341);
  precise float r = fma(n, -0.693359375, within);
  r = fma(n, 2.12194440e-4, r);
  precise float p = fma(1.9875691500e-4, r, 1.3981999507e-3);
  p = fma(p, r, 8.3334519073e-3);
  p = fma(p, r, 4.1665795894e-2);
  p = fma(p, r, 1.6666665459e-1);
  p = fma(p, r, 5.0000001201e-1);
  precise float power = fma(p, r * r, r) + 1.0;
  return scaled(power, int(n));
}

// Cephes again: x = 2^n m with m in [sqrt(1/2), sqrt(2)).
float logarithm(const float x) {
  if (is_nan(x) || x == infinity()) return x;
  if (x == 0.0) return -infinity();
  if (x < 0.0) return not_a_number();
  uint bits = floatBitsToUint(x);
  int n = -127;
  if (bits < 0x00800000u) {  // a subnormal number
    bits = floatBitsToUint(x * 8388608.0);
    n -= 23;
    if (bits < 0x00800000u) return -infinity();  // the device takes it for zero
  }
  n += int(bits >> 23);
  float m = uintBitsToFloat((bits & 0x007fffffu) | 0x3f800000u);  // [1, 2)
  if (m > 1.41421356) {
    m *= 0.5;
    ++n;
  }
  precise float r = m - 1.0;
  precise float z = r * r;
  precise float p = fma(7.0376836292e-2, r, -1.1514610310e-1);
  p = fma(p, r, 1.1676998740e-1);
  p = fma(p, r, -1.2420140846e-1);
  p = fma(p, r, 1.4249322787e-1);
  p = fma(p, r, -1.6668057665e-1);
  p = fma(p, r, 2.0000714765e-1);
  p = fma(p, r, -2.4999993993e-1);
  p = fma(p, r, 3.3333331174e-1);
  precise float exponent = float(n);
  precise float y = p * r * z;
  y = fma(exponent, -2.12194440e-4, y);
  y = fma(-0.5, z, y);
  precise float result = fma(exponent, 0.693359375, r + y);
  return result;
}

float hyperbolic_tangent(const float x) {
  if (is_nan(x)) return x;
  const float size = min(abs(x), 20.0);
  precise float result;
  if (size < 0.625) {
    precise float z = size * size;
    precise float p = fma(-5.70498872745e-3, z, 2.06390887954e-2);
    p = fma(p, z, -5.37397155531e-2);
    p = fma(p, z, 1.33314422036e-1);
    p = fma(p, z, -3.33332819422e-1);
    result = fma(p * z, size, size);
  } else {
    result = 1.0 - 2.0 / (exponential(2.0 * size) + 1.0);
  }
  return copy_sign(result, x);
}

// Two minimax polynomials: near 0 for erf(x)/x - 1, beyond for log(1 - erf(x)).
float error_function(const float x) {
  if (is_nan(x)) return x;
  const float t = min(abs(x), 10.0);
  precise float s = t * t;
  if (t <= 0.927734375) {
    precise float near = fma(-5.96761703e-4, s, 4.99119423e-3);
    near = fma(near, s, -2.67681349e-2);
    near = fma(near, s, 1.12819925e-1);
    near = fma(near, s, -3.76125336e-1);
    near = fma(near, s, 1.28379166e-1);
    return fma(near, x, x);
  }
  precise float far = fma(-1.72853470e-5, t, 3.83197126e-4);
  precise float mixed = fma(-3.88396438e-3, t, 2.42546219e-2);
  far = fma(far, s, mixed);
  far = fma(far, t, -1.06777877e-1);
  far = fma(far, t, -6.34846687e-1);
  far = fma(far, t, -1.28717512e-1);
  far = fma(far, t, -t);
  precise float result = 1.0 - exponential(far);
  return copy_sign(result, x);
}

// The angle less whole quarter turns, in [-pi/4, pi/4], and how many (modulo 4). Up to 30,000 by Cody and
// Waite's three parts of pi/2; beyond by Payne and Hanek's: 2/pi times the mantissa, in whole numbers, of
// which only the bits around the point count.
float quarter_turn(const float x, out uint quarters) {
  if (abs(x) <= 30000.0) {
    precise float n = roundEven(x * 0.636619772367581343);
    precise float r = fma(n, -1.5703125, x);
    r = fma(n, -4.837512969970703125e-4, r);
    r = fma(n, -7.54978995489188e-8, r);
    quarters = uint(int(n)) & 3u;
    return r;
  }
  const uint two_over_pi[7] =
      uint[7](0xa2f9836eu, 0x4e441529u, 0xfc2757d1u, 0xf534ddc0u, 0xdb629599u, 0x3c439041u, 0xfe5163abu);
  const uint bits = floatBitsToUint(x);
  const uint exponent = ((bits >> 23) & 0xffu) - 126u;  // |x| = 0.mantissa 2^exponent, 15 .. 128
  const uint mantissa = ((bits & 0x007fffffu) | 0x00800000u) << 8;
  // Words of the product mantissa * 2/pi, from the most significant.
  uint product[8];
  uint carry = 0u;
  for (int i = 6; i >= 0; --i) {
    uint high, low;
    umulExtended(mantissa, two_over_pi[i], high, low);
    uint overflow;
    product[i + 1] = uaddCarry(low, carry, overflow);
    carry = high + overflow;
  }
  product[0] = carry;
  // The point is `exponent` bits below the top.
  const uint word = exponent >> 5, shift = exponent & 31u;
  uint top = 0u, next = 0u, low = 0u;
  uint before = 0u;
  for (uint i = 0u; i < 8u; ++i) {
    if (i + 1u == word) before = product[i];
    if (i == word) top = product[i];
    if (i == word + 1u) next = product[i];
    if (i == word + 2u) low = product[i];
  }
  uint whole = before;
  if (shift > 0u) {
    whole = (before << shift) | (top >> (32u - shift));
    top = (top << shift) | (next >> (32u - shift));
    next = (next << shift) | (low >> (32u - shift));
  }
  // The fraction in [0, 1) is top.next; from 1/2 on it counts from the next quarter.
  bool below = false;
  if (top >= 0x80000000u) {
    ++whole;
    below = true;
    next = ~next + 1u;
    top = ~top + (next == 0u ? 1u : 0u);
  }
  precise float fraction = float(top) * 2.3283064365386963e-10 + float(next) * 5.4210108624275222e-20;
  precise float r = fraction * 1.57079632679489662;
  if (below) r = -r;
  quarters = whole & 3u;
  if (x < 0.0) {
    r = -r;
    quarters = (4u - quarters) & 3u;
  }
  return r;
}
float sine_near(const float r) {
  precise float z = r * r;
  precise float p = fma(-1.9515295891e-4, z, 8.3321608736e-3);
  p = fma(p, z, -1.6666654611e-1);
  return fma(p * z, r, r);
}
float cosine_near(const float r) {
  precise float z = r * r;
  precise float p = fma(2.443315711809948e-5, z, -1.388731625493765e-3);
  p = fma(p, z, 4.166664568298827e-2);
  precise float half_z = fma(-0.5, z, 1.0);
  return fma(p * z, z, half_z);
}
float sine(const float x) {
  if (!is_finite(x)) return not_a_number();
  uint quarters;
  const float r = quarter_turn(x, quarters);
  const float size = (quarters & 1u) == 0u ? sine_near(r) : cosine_near(r);
  return quarters >= 2u ? -size : size;
}
float cosine(const float x) {
  if (!is_finite(x)) return not_a_number();
  uint quarters;
  const float r = quarter_turn(x, quarters);
  const float size = (quarters & 1u) == 0u ? cosine_near(r) : sine_near(r);
  return ((quarters + 1u) & 2u) != 0u ? -size : size;
}

// C's pow().
float power(const float a, const float b) {
  if (b == 0.0 || a == 1.0) return 1.0;
  if (is_nan(a) || is_nan(b)) return not_a_number();
  const bool whole = floor(b) == b;
  const bool odd = whole && abs(b) < 16777216.0 && floor(b * 0.5) * 2.0 != b;
  const float size = abs(a);
  if (a < 0.0 && !whole && is_finite(a)) return not_a_number();
  precise float result;
  if (!is_finite(b)) {
    result = size == 1.0 ? 1.0 : (size > 1.0) == (b > 0.0) ? infinity() : 0.0;
  } else if (size == 0.0 || !is_finite(size)) {
    result = (size == 0.0) == (b > 0.0) ? 0.0 : infinity();
  } else {
    result = exponential(b * logarithm(size));
  }
  return odd && (floatBitsToUint(a) & 0x80000000u) != 0u ? -result : result;
}

// C's fmod(): exact, one bit of the quotient at a time.
float float_remainder(const float a, const float b) {
  if (is_nan(a) || is_nan(b) || !is_finite(a) || b == 0.0) return not_a_number();
  const float size = abs(b);
  precise float rest = abs(a);
  if (!is_finite(b) || rest < size) return a;
  const int gap = int(floatBitsToUint(rest) >> 23) - int(floatBitsToUint(size) >> 23);
  for (int n = min(gap, 253); n >= 0; --n) {
    const float step = scaled(size, n);
    if (rest >= step) rest -= step;
  }
  return copy_sign(rest, a);
}

// Divisions by zero give 0, as there are no traps.
int signed_divide(const int a, const int b) { return b == 0 ? 0 : b == -1 ? -a : a / b; }
int signed_remainder(const int a, const int b) {
  if (b == 0 || b == -1) return 0;
  const uint rest = uint(abs(a)) % uint(abs(b));
  return a < 0 ? -int(rest) : int(rest);
}
uint unsigned_divide(const uint a, const uint b) { return b == 0u ? 0u : a / b; }
uint unsigned_remainder(const uint a, const uint b) { return b == 0u ? 0u : a % b; }

// Shifts by 32 and more leave nothing.
uint shifted_left(const uint a, const uint by) { return by < 32u ? a << by : 0u; }
uint shifted_right(const uint a, const uint by) { return by < 32u ? a >> by : 0u; }
uint multiplied_high(const uint a, const uint b) {
  uint high, low;
  umulExtended(a, b, high, low);
  return high;
}

// The nearest bfloat16, ties to even, as its upper 16 bits; a NaN stays one.
uint bfloat16_bits(const float x) {
  const uint bits = floatBitsToUint(x);
  if (is_nan(x)) return (bits | 0x00400000u) >> 16;
  return (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
}
float from_bfloat16(const uint bits) { return uintBitsToFloat(bits << 16); }
float rounded_to_bfloat16(const float x) { return from_bfloat16(bfloat16_bits(x)); }

// The nearest float16, ties to even; a NaN is the quiet one.
uint float16_bits(const float x) {
  const uint bits = floatBitsToUint(x), sign = (bits >> 16) & 0x8000u, size = bits & 0x7fffffffu;
  if (size > 0x7f800000u) return sign | 0x7e00u;
  if (size >= 0x47800000u) return sign | 0x7c00u;
  if (size < 0x38800000u) {  // subnormal: adding 1/2 leaves its rounded mantissa in the low bits
    precise float shifted = uintBitsToFloat(size) + 0.5;
    return sign | (floatBitsToUint(shifted) - 0x3f000000u);
  }
  return sign | ((size - 0x38000000u + 0xfffu + ((size >> 13) & 1u)) >> 13);
}
float from_float16(const uint bits) {
  const uint sign = (bits & 0x8000u) << 16, size = bits & 0x7fffu;
  if (size < 0x0400u) return uintBitsToFloat(sign | floatBitsToUint(float(size) * 5.9604644775390625e-8));
  return uintBitsToFloat(sign | ((size << 13) + (size >= 0x7c00u ? 0x70000000u : 0x38000000u)));
}
float rounded_to_float16(const float x) { return from_float16(float16_bits(x)); }

// Toward zero, as C does where it defines the result; what does not fit wraps or sticks as 64 bits would.
int to_signed(const float x) { return is_nan(x) ? 0 : abs(x) < 2147483648.0 ? int(x) : int(0x80000000u); }
uint to_unsigned(const float x) {
  if (is_nan(x)) return 0u;
  if (x < 0.0) return uint(to_signed(x));
  return x < 4294967296.0 ? uint(x) : 0u;
}

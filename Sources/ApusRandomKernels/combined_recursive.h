// Part of Apus, Apache-2.0. See LICENSE.
//
// MRG32k3a (L'Ecuyer 1999), R's L'Ecuyer-CMRG. All products and sums stay below 2^53, so doubles hold them
// exactly, and rounding the quotient to the nearest integer suffices: the remainder then lies between minus
// and plus half the modulus, and at most one addition gives the result of the integer rule.

static const double mrg_m1 = 4294967087.0, mrg_m2 = 4294944443.0;

/// x mod m in 0..<m for an exact x of either sign; `inverse` is 1 / m.
INLINE f64v mrg_reduced(f64v x, double m, double inverse) {
  const double round = 0x1.8p52;  // adding it rounds to an integer
  f64v quotient = (x * inverse + round) - round;
  f64v rest = x - quotient * m;
  return rest + (f64v)((i64v)(rest < 0.0) & (i64v)((f64v){0} + m));
}

/// Lanes of MRG32k3a side by side: state word i of lane l is state[i][l]. Each lane writes `count` uniforms
/// in (0, 1), lane l to out + l * count onwards.
static void mrg_uniforms(double *state, double *out, size_t count) {
  f64v s[6];
  memcpy(s, state, sizeof s);
  for (size_t i = 0; i < count; i++) {
    f64v first = mrg_reduced(1403580.0 * s[1] - 810728.0 * s[0], mrg_m1, 1 / mrg_m1);
    f64v second = mrg_reduced(527612.0 * s[5] - 1370589.0 * s[3], mrg_m2, 1 / mrg_m2);
    s[0] = s[1];
    s[1] = s[2];
    s[2] = first;
    s[3] = s[4];
    s[4] = s[5];
    s[5] = second;
    f64v difference = first - second;
    difference += (f64v)((i64v)(difference <= 0.0) & (i64v)((f64v){0} + mrg_m1));
    f64v value = difference * 2.328306549295727688e-10;
    for (int lane = 0; lane < LANES64; lane++) out[(size_t)lane * count + i] = value[lane];
  }
  memcpy(state, s, sizeof s);
}

// Part of Apus, Apache-2.0. See LICENSE.
//
// R's normals by inversion (Wichura 1988, AS 241). The central 85 % are a ratio of polynomials, computed here
// with + - * / only and in R's own order of evaluation. The tails need log and are computed in Swift.

INLINE f64v horner7(const double *c, f64v x) {
  f64v value = (f64v){0} + c[7];
#pragma clang loop unroll(full)
  for (int i = 6; i >= 0; i--) value = value * x + c[i];
  return value;
}

static const double quantile_numerator[8] = {
    3.387132872796366608, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125,
    45921.953931549871457, 67265.770927008700853, 33430.575583588128105, 2509.0809287301226727};
static const double quantile_denominator[8] = {
    1.0, 42.313330701600911252, 687.1870074920579083, 5394.1960214247511077,
    21213.794301586595867, 39307.89580009271061, 28729.085735721942674, 5226.495278852854561};

INLINE f64v quantile_argument(f64v first, f64v second) {
  f64v scaled = first * 134217728.0;
  f64v whole = __builtin_elementwise_trunc(scaled);
  return (whole + second) * 0x1p-27;
}

/// Normals from pairs of uniforms. For a normal in a tail, its probability is written instead and its index
/// is appended to `tails`, which has space for `count`. Returns the number of tails.
static size_t r_normals(const double *uniforms, double *out, uint32_t *tails, size_t count) {
  size_t found = 0;
  for (size_t i = 0; i < count; i += LANES64) {
    size_t lanes = count - i < LANES64 ? count - i : LANES64;
    double pairs[2 * LANES64] = {0};
    memcpy(pairs, uniforms + 2 * i, lanes * 16);
    f64v first, second;
#pragma clang loop unroll(full)
    for (int lane = 0; lane < LANES64; lane++) {
      first[lane] = pairs[2 * lane];
      second[lane] = pairs[2 * lane + 1];
    }
    f64v p = quantile_argument(first, second);
    f64v q = p - 0.5;
    f64v r = 0.180625 - q * q;
    f64v value = q * horner7(quantile_numerator, r) / horner7(quantile_denominator, r);
    i64v in_tail = (i64v)(q > 0.425) | (i64v)(q < -0.425);
    value = (f64v)((in_tail & (i64v)p) | (~in_tail & (i64v)value));
    memcpy(out + i, &value, lanes * 8);
    for (size_t lane = 0; lane < lanes; lane++) {
      tails[found] = (uint32_t)(i + lane);
      found += (size_t)(in_tail[lane] & 1);
    }
  }
  return found;
}

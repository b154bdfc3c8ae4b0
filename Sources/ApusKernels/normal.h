// Part of Apus, Apache-2.0. See LICENSE.
//
// The common path of Marsaglia and Tsang's ziggurat (2000) as NumPy's Generator takes it, and the
// legacy polar method. Only + - * / and sqrt happen here, which IEEE 754 rounds one way; log is
// the platform's, as in NumPy. The rare paths (0.7 % and 1.1 %) are in Swift.

/// Values of four words at a time are written before it is known whether all are accepted; from a
/// four with a refused one on, words are taken one by one. Bit 8 of a normal's word is the sign,
/// which lies next to the layer: the table holds the negated widths behind the widths.
static size_t ziggurat_normal(apus_ziggurat_f64 tables, const uint64_t *words, double *out,
                              size_t count) {
  const uint64_t *k = tables.k;
  const double *w = tables.w;
  size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    uint64_t refused = 0;
#pragma clang loop unroll(full)
    for (size_t j = 0; j < 4; j++) {
      uint64_t r = words[i + j], a = r >> 9 & 0xfffffffffffffu;
      out[i + j] = (double)(int64_t)a * w[r & 511];
      refused |= a >= k[r & 255];
    }
    if (__builtin_expect(refused != 0, 0)) break;
  }
  for (; i < count; i++) {
    uint64_t r = words[i], a = r >> 9 & 0xfffffffffffffu;
    out[i] = (double)(int64_t)a * w[r & 511];
    if (a >= k[r & 255]) return i;
  }
  return count;
}

static size_t ziggurat_exponential(apus_ziggurat_f64 tables, const uint64_t *words, double *out,
                                   size_t count) {
  const uint64_t *k = tables.k;
  const double *w = tables.w;
  size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    uint64_t refused = 0;
#pragma clang loop unroll(full)
    for (size_t j = 0; j < 4; j++) {
      uint64_t r = words[i + j] >> 3, a = r >> 8;
      out[i + j] = (double)(int64_t)a * w[r & 255];
      refused |= a >= k[r & 255];
    }
    if (__builtin_expect(refused != 0, 0)) break;
  }
  for (; i < count; i++) {
    uint64_t r = words[i] >> 3, a = r >> 8;
    out[i] = (double)(int64_t)a * w[r & 255];
    if (a >= k[r & 255]) return i;
  }
  return count;
}

/// Attempts are computed in vectors, accepted ones moved together without a branch, then log one
/// by one, then division and root in vectors again.
static size_t legacy_normals(const double *uniforms, size_t attempts, double *out) {
  double first[APUS_POLAR_ATTEMPTS + 8], second[APUS_POLAR_ATTEMPTS + 8];
  double radius[APUS_POLAR_ATTEMPTS + 8], logarithm[APUS_POLAR_ATTEMPTS + 8];
  size_t kept = 0;
  for (size_t i = 0; i < attempts; i++) {
    double x1 = uniforms[2 * i] + uniforms[2 * i] - 1.0;
    double x2 = uniforms[2 * i + 1] + uniforms[2 * i + 1] - 1.0;
    double xx = x1 * x1, yy = x2 * x2;
    first[i] = x1;
    second[i] = x2;
    radius[i] = xx + yy;
  }
  for (size_t i = 0; i < attempts; i++) {
    double x1 = first[i], x2 = second[i], r2 = radius[i];
    first[kept] = x1;
    second[kept] = x2;
    radius[kept] = r2;
    kept += (r2 < 1.0) & (r2 != 0.0);
  }
  for (size_t i = 0; i < kept; i++) logarithm[i] = log(radius[i]);
  for (size_t i = kept; i < kept + 8; i++) radius[i] = logarithm[i] = 1.0;
  for (size_t i = 0; i < kept; i += LANES64) {
    f64v l, r2;
    memcpy(&l, logarithm + i, sizeof l);
    memcpy(&r2, radius + i, sizeof r2);
    f64v f = __builtin_elementwise_sqrt(-2.0 * l / r2);
    memcpy(logarithm + i, &f, sizeof f);
  }
  for (size_t i = 0; i < kept; i++) {
    out[2 * i] = logarithm[i] * second[i];
    out[2 * i + 1] = logarithm[i] * first[i];
  }
  return kept;
}

// Part of Apus, Apache-2.0. See LICENSE.
//
// Loops over contiguous elements. Sums have eight running sums, of every eighth element each, which are added in a fixed
// order; multiplications are not fused with additions, so the bits are the same at every level.

typedef REAL NAME(eight) __attribute__((vector_size(8 * sizeof(REAL)), aligned(sizeof(REAL))));

static void NAME(divide)(size_t n, const REAL *a, const REAL *b, REAL *to) {
  size_t i = 0;
  for (; i + 8 <= n; i += 8)
    *(NAME(eight) *)(to + i) = *(const NAME(eight) *)(a + i) / *(const NAME(eight) *)(b + i);
  for (; i < n; i++) to[i] = a[i] / b[i];
}

static void NAME(divide_by)(size_t n, const REAL *a, REAL divisor, REAL *to) {
  size_t i = 0;
  for (; i + 8 <= n; i += 8) *(NAME(eight) *)(to + i) = *(const NAME(eight) *)(a + i) / divisor;
  for (; i < n; i++) to[i] = a[i] / divisor;
}

// Macros, since vectors that are longer than the target's cannot be passed to functions.
#define TOTAL(s) ((REAL)0 + (((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7]))))
#define MAGNITUDE(v) __builtin_elementwise_abs(v)

// How a sum is taken: EACH(x) is what is added for a vector or number x.
#define SUM(EACH)                                                              \
  _Pragma("clang fp contract(off)") NAME(eight) sums = (NAME(eight)){0};       \
  size_t i = 0;                                                                \
  for (; i + 8 <= n; i += 8) {                                                 \
    NAME(eight) v = *(const NAME(eight) *)(x + i);                             \
    sums += EACH(v);                                                           \
  }                                                                            \
  if (i < n) {                                                                 \
    NAME(eight) v = {0};                                                       \
    for (size_t k = 0; i + k < n; k++) v[k] = x[i + k];                        \
    sums += EACH(v);                                                           \
  }                                                                            \
  return TOTAL(sums);                                                          

#define ITSELF(v) (v)
#define SQUARE(v) (((v) * factor) * ((v) * factor))

static REAL NAME(sum)(size_t n, const REAL *x) { SUM(ITSELF) }
static REAL NAME(sum_magnitudes)(size_t n, const REAL *x) { SUM(MAGNITUDE) }

/// Four times eight running sums, since one addition must not wait for the one before.
static REAL NAME(sum_squares)(size_t n, const REAL *x, REAL factor) {
#pragma clang fp contract(off)
  NAME(eight) s0 = {0}, s1 = {0}, s2 = {0}, s3 = {0};
  size_t i = 0;
  for (; i + 32 <= n; i += 32) {
    const NAME(eight) *v = (const NAME(eight) *)(x + i);
    s0 += SQUARE(v[0]);
    s1 += SQUARE(v[1]);
    s2 += SQUARE(v[2]);
    s3 += SQUARE(v[3]);
  }
  NAME(eight) sums = (s0 + s1) + (s2 + s3);
  for (; i + 8 <= n; i += 8) sums += SQUARE(*(const NAME(eight) *)(x + i));
  REAL rest = 0;
  for (; i < n; i++) rest += SQUARE(x[i]);
  return TOTAL(sums) + rest;
}

#undef SUM
#undef ITSELF
#undef SQUARE

/// The largest magnitude; NaN if an element is.
static REAL NAME(largest)(size_t n, const REAL *x) {
  NAME(eight) largest = {0};
  NAME(eight) odd = {0};
  size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    NAME(eight) v = *(const NAME(eight) *)(x + i);
    NAME(eight) size = MAGNITUDE(v);
    largest = __builtin_elementwise_max(largest, size);
    odd += v - v;  // NaN for NaN, and for infinity
  }
  REAL result = 0;
  for (int k = 0; k < 8; k++) result = largest[k] > result ? largest[k] : result;
  for (size_t k = i; k < n; k++) {
    REAL size = x[k] < 0 ? -x[k] : x[k];
    if (size != size) return size;
    result = size > result ? size : result;
  }
  if (TOTAL(odd) == 0) return result;
  for (size_t k = 0; k < n; k++)
    if (x[k] != x[k]) return x[k];
  return result;
}

/// Whether all elements are equal: NaN equals nothing, 0 equals -0.
static int NAME(equal)(size_t n, const REAL *a, const REAL *b) {
  size_t i = 0;
  for (; i + 256 <= n; i += 256) {
    int different = 0;
    for (size_t k = i; k < i + 256; k++) different |= a[k] != b[k];
    if (different) return 0;
  }
  for (; i < n; i++)
    if (a[i] != b[i]) return 0;
  return 1;
}

/// Adds four vectors, one after the other, that are `stride` apart.
static void NAME(add_four)(size_t n, const REAL *x, size_t stride, REAL *to) {
  const REAL *x1 = x + stride, *x2 = x1 + stride, *x3 = x2 + stride;
  size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    NAME(eight) sum = *(const NAME(eight) *)(to + i) + *(const NAME(eight) *)(x + i);
    sum += *(const NAME(eight) *)(x1 + i);
    sum += *(const NAME(eight) *)(x2 + i);
    *(NAME(eight) *)(to + i) = sum + *(const NAME(eight) *)(x3 + i);
  }
  for (; i < n; i++) to[i] = (((to[i] + x[i]) + x1[i]) + x2[i]) + x3[i];
}

static void NAME(add_four_magnitudes)(size_t n, const REAL *x, size_t stride, REAL *to) {
  const REAL *x1 = x + stride, *x2 = x1 + stride, *x3 = x2 + stride;
  size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    NAME(eight) sum = *(const NAME(eight) *)(to + i) + MAGNITUDE(*(const NAME(eight) *)(x + i));
    sum += MAGNITUDE(*(const NAME(eight) *)(x1 + i));
    sum += MAGNITUDE(*(const NAME(eight) *)(x2 + i));
    *(NAME(eight) *)(to + i) = sum + MAGNITUDE(*(const NAME(eight) *)(x3 + i));
  }
  for (; i < n; i++)
    to[i] = (((to[i] + MAGNITUDE(x[i])) + MAGNITUDE(x1[i])) + MAGNITUDE(x2[i])) + MAGNITUDE(x3[i]);
}

#undef TOTAL
#undef MAGNITUDE

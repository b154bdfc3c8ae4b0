// Part of Apus, Apache-2.0. See LICENSE.
//
// The product of a matrix and a vector, with the matrix read in place.

/// y = alpha sums + beta y, for some rows.
INLINE void NAME(store_rows)(size_t rows, REAL alpha, const REAL *sums, REAL beta, REAL *y) {
  for (size_t i = 0; i < rows; i++)
    y[i] = beta == 0 ? alpha * sums[i] : NAME(combined)(alpha, sums[i], beta, y[i]);
}

/// Rows of a matrix with contiguous columns times a vector: four columns at a time.
INLINE void NAME(sum_columns)(size_t rows, size_t k, const REAL *a, size_t acs, const REAL *x, size_t xs,
                              REAL *restrict sums) {
  for (size_t i = 0; i < rows; i++) sums[i] = 0;
  size_t p = 0;
  for (; p + 4 <= k; p += 4) {
    const REAL *restrict c0 = a + p * acs, *restrict c1 = c0 + acs, *restrict c2 = c1 + acs,
                         *restrict c3 = c2 + acs;
    REAL x0 = x[p * xs], x1 = x[(p + 1) * xs], x2 = x[(p + 2) * xs], x3 = x[(p + 3) * xs];
    for (size_t i = 0; i < rows; i++) {
      REAL sum = sums[i];
      sum += c0[i] * x0;
      sum += c1[i] * x1;
      sum += c2[i] * x2;
      sums[i] = sum + c3[i] * x3;
    }
  }
  for (; p < k; p++) {
    const REAL *restrict column = a + p * acs;
    REAL factor = x[p * xs];
    for (size_t i = 0; i < rows; i++) sums[i] += column[i] * factor;
  }
}

/// Rows of a matrix with any strides times a vector: eight rows at a time, each summed in order.
INLINE void NAME(sum_rows)(size_t rows, size_t k, const REAL *a, size_t ars, size_t acs, const REAL *x,
                           size_t xs, REAL *restrict sums) {
  enum { TOGETHER = 8 };
  size_t i = 0;
  for (; i + TOGETHER <= rows; i += TOGETHER) {
    const REAL *row = a + i * ars;
    REAL sum[TOGETHER] = {0};
    for (size_t p = 0; p < k; p++) {
      REAL factor = x[p * xs];
#pragma clang loop unroll(full) vectorize(disable)
      for (size_t r = 0; r < TOGETHER; r++) sum[r] += row[r * ars + p * acs] * factor;
    }
    memcpy(sums + i, sum, sizeof sum);
  }
  for (; i < rows; i++) {
    REAL sum = 0;
#pragma clang loop vectorize(disable)
    for (size_t p = 0; p < k; p++) sum += a[i * ars + p * acs] * x[p * xs];
    sums[i] = sum;
  }
}

/// y = alpha A x + beta y, summed as in the tiles: in order, and added to y every DEPTH columns.
static void NAME(vector_product)(size_t m, size_t k, REAL alpha, const REAL *a, size_t ars, size_t acs,
                                 const REAL *x, size_t xs, REAL beta, REAL *y) {
  enum { STRIP = 1024 };
  REAL sums[STRIP];
  size_t p = 0;
  do {
    size_t depth = NAME(least)(NAME(DEPTH), k - p);
    for (size_t i = 0; i < m; i += STRIP) {
      size_t rows = NAME(least)(STRIP, m - i);
      const REAL *from = a + i * ars + p * acs;
      if (ars == 1)
        NAME(sum_columns)(rows, depth, from, acs, x + p * xs, xs, sums);
      else
        NAME(sum_rows)(rows, depth, from, ars, acs, x + p * xs, xs, sums);
      NAME(store_rows)(rows, alpha, sums, p ? 1 : beta, y + i);
    }
    p += depth;
  } while (p < k);
}

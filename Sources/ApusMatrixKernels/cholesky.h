// Part of Apus, Apache-2.0. See LICENSE.
//
// Unblocked parts of a Cholesky factorisation: each column is updated with all earlier columns
// (left-looking).

static size_t NAME(cholesky)(size_t n, REAL *a, size_t lda) {
  for (size_t j = 0; j < n; j++) {
    REAL *column = a + j * lda;
    for (size_t p = 0; p < j; p++) {
      const REAL *earlier = a + p * lda;
      REAL factor = earlier[j];
      for (size_t i = j; i < n; i++) column[i] -= factor * earlier[i];
    }
    REAL pivot = column[j];
    if (!(pivot > 0) || isinf(pivot)) return j + 1;
    REAL root = SQUARE_ROOT(pivot), inverse = 1 / root;
    column[j] = root;
    for (size_t i = j + 1; i < n; i++) column[i] *= inverse;
  }
  return 0;
}

static void NAME(solve_right)(size_t m, size_t n, const REAL *l, size_t ldl, REAL *b, size_t ldb) {
  // Rows in strips that stay in the L1 cache while all columns are processed.
  enum { STRIP = 128 };
  for (size_t start = 0; start < m; start += STRIP) {
    size_t rows = m - start < STRIP ? m - start : STRIP;
    for (size_t j = 0; j < n; j++) {
      REAL *restrict column = b + j * ldb + start;
      for (size_t p = 0; p < j; p++) {
        const REAL *restrict earlier = b + p * ldb + start;
        REAL factor = l[p * ldl + j];
        for (size_t i = 0; i < rows; i++) column[i] -= factor * earlier[i];
      }
      REAL inverse = 1 / l[j * ldl + j];
      for (size_t i = 0; i < rows; i++) column[i] *= inverse;
    }
  }
}

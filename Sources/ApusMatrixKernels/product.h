// Part of Apus, Apache-2.0. See LICENSE.
//
// A product by the method of Goto and van de Geijn (2008), with the loop order of BLIS (Van Zee and van de
// Geijn 2015): a tile of C stays in registers while it is updated from a row panel of A and a column panel of
// B, both packed into the order in which they are read. Small products pack A only.

/// A strip of rows of a small product, `vectors` vectors high, with A and B read in place.
INLINE void NAME(strip_in_place)(size_t vectors, int cut, size_t n, size_t k, const REAL *a, size_t acs,
                                 const REAL *b, size_t brs, size_t bcs, NAME(target) t) {
  REAL *c = t.c;
  ptrdiff_t below = t.below;
  for (size_t j = 0; j < n; j += t.columns) {
    size_t left = n - j;
    t.columns = left >= TILE_COLUMNS ? TILE_COLUMNS : left >= 4 ? 4 : left >= 2 ? 2 : 1;
    t.below = below - (ptrdiff_t)j;
    t.c = c + j * t.ldc;
    if ((ptrdiff_t)t.rows + t.below <= 0) return;  // the rest lies above what is wanted
    const REAL *from = b + j * bcs;
    if (t.columns == TILE_COLUMNS)
      NAME(tile)(vectors, TILE_COLUMNS, cut, k, a, acs, from, brs, bcs, t);
    else if (t.columns == 4)
      NAME(tile)(vectors, 4, cut, k, a, acs, from, brs, bcs, t);
    else if (t.columns == 2)
      NAME(tile)(vectors, 2, cut, k, a, acs, from, brs, bcs, t);
    else
      NAME(tile)(vectors, 1, cut, k, a, acs, from, brs, bcs, t);
  }
}

/// A strip of rows of a small product, `vectors` vectors high; A is packed first if it cannot be read in
/// place.
INLINE void NAME(strip)(size_t vectors, size_t n, size_t k, const REAL *a, size_t ars, size_t acs,
                        const REAL *b, size_t brs, size_t bcs, NAME(target) t) {
  size_t height = vectors * NAME(LANES);
  // Columns with such a stride map to few sets of the L1 cache; packing them costs less than the misses.
  int is_crowded = k > 32 && acs * sizeof(REAL) % 512 == 0;
#ifdef HAS_MASKS
  if (ars == 1 && t.rows < height && !is_crowded) {
    NAME(strip_in_place)(vectors, 1, n, k, a, acs, b, brs, bcs, t);
    return;
  }
#endif
  REAL rows[NAME(SMALL)] __attribute__((aligned(64)));
  if (ars != 1 || t.rows < height || is_crowded) {
    NAME(copy_strip)(height, t.rows, k, a, ars, acs, rows);
    a = rows;
    acs = height;
  }
  NAME(strip_in_place)(vectors, 0, n, k, a, acs, b, brs, bcs, t);
}

/// All tiles of a packed block of rows of A and a packed block of columns of B.
INLINE void NAME(tiles)(size_t m, size_t n, size_t k, const REAL *a, const REAL *b, NAME(target) all) {
  for (size_t j = 0; j < n; j += TILE_COLUMNS) {
    for (size_t i = 0; i < m; i += NAME(TILE_ROWS)) {
      NAME(target) t = all;
      t.rows = NAME(least)(NAME(TILE_ROWS), m - i);
      t.columns = NAME(least)(TILE_COLUMNS, n - j);
      t.below = all.below + (ptrdiff_t)i - (ptrdiff_t)j;
      if ((ptrdiff_t)t.rows + t.below <= 0) continue;  // wholly above what is wanted
      t.c = all.c + j * all.ldc + i;
      NAME(tile_copied)(k, a + i * k, b + j * k, t);
    }
  }
}

static void NAME(small_product)(size_t m, size_t n, size_t k, const REAL *a, size_t ars, size_t acs,
                                const REAL *b, size_t brs, size_t bcs, NAME(target) all) {
  for (size_t i = 0; i < m; i += NAME(TILE_ROWS), a += NAME(TILE_ROWS) * ars) {
    NAME(target) t = all;
    t.rows = NAME(least)(NAME(TILE_ROWS), m - i);
    t.below = all.below + (ptrdiff_t)i;
    t.c = all.c + i;
    if (t.rows <= NAME(LANES))
      NAME(strip)(1, n, k, a, ars, acs, b, brs, bcs, t);
    else if (t.rows <= 2 * NAME(LANES))
      NAME(strip)(2, n, k, a, ars, acs, b, brs, bcs, t);
    else
      NAME(strip)(TILE_VECTORS, n, k, a, ars, acs, b, brs, bcs, t);
  }
}

/// A product of few elements, without vectors, with the same sums as those of the tiles.
static void NAME(tiny_product)(size_t m, size_t n, size_t k, const REAL *a, size_t ars, size_t acs,
                               const REAL *b, size_t brs, size_t bcs, NAME(target) t) {
  for (size_t j = 0; j < n; j++) {
    ptrdiff_t first = (ptrdiff_t)j - t.below;
#pragma clang loop vectorize(disable)
    for (size_t i = first > 0 ? (size_t)first : 0; i < m; i++) {
      REAL sum = 0;
#pragma clang loop vectorize(disable)
      for (size_t p = 0; p < k; p++) sum += a[i * ars + p * acs] * b[p * brs + j * bcs];
      REAL *c = t.c + j * t.ldc + i;
      *c = t.beta == 0 ? t.alpha * sum : NAME(combined)(t.alpha, sum, t.beta, *c);
    }
  }
}

static void NAME(product)(size_t m, size_t n, size_t k, REAL alpha, const REAL *a, size_t ars,
                          size_t acs, const REAL *b, size_t brs, size_t bcs, REAL beta, REAL *c,
                          size_t ldc, ptrdiff_t below, REAL *work) {
  NAME(target) all = {alpha, beta, c, ldc, m, n, below};
  if (m * n * k <= 32) {
    NAME(tiny_product)(m, n, k, a, ars, acs, b, brs, bcs, all);
    return;
  }
  if (n == 1) {
    size_t above = below < 0 ? NAME(least)((size_t)-below, m) : 0;  // rows that are not wanted
    NAME(vector_product)(m - above, k, alpha, a + above * ars, ars, acs, b, brs, beta, c + above);
    return;
  }
  if (m == 1 && ldc == 1 && below >= (ptrdiff_t)n) {
    NAME(vector_product)(n, k, alpha, b, bcs, brs, a, acs, beta, c);
    return;
  }
  if (NAME(is_small)(m, k)) {
    NAME(small_product)(m, n, k, a, ars, acs, b, brs, bcs, all);
    return;
  }
  REAL *rows = (REAL *)(((uintptr_t)work + 63) & ~(uintptr_t)63);
  REAL *columns = rows + NAME(rounded)(NAME(least)(m, NAME(ROWS)), NAME(TILE_ROWS)) *
                             NAME(least)(k, NAME(DEPTH));
  for (size_t j = 0; j < n; j += NAME(COLUMNS)) {
    size_t some = NAME(least)(NAME(COLUMNS), n - j);
    for (size_t p = 0; p < k; p += NAME(DEPTH)) {
      size_t depth = NAME(least)(NAME(DEPTH), k - p);
      NAME(copy_columns)(some, depth, b + p * brs + j * bcs, brs, bcs, columns);
      for (size_t i = 0; i < m; i += NAME(ROWS)) {
        size_t block = NAME(least)(NAME(ROWS), m - i);
        ptrdiff_t here = below + (ptrdiff_t)i - (ptrdiff_t)j;
        if ((ptrdiff_t)block + here <= 0) continue;
        NAME(copy_rows)(block, depth, a + i * ars + p * acs, ars, acs, rows);
        NAME(target) t = {alpha, p ? 1 : beta, c + j * ldc + i, ldc, block, some, here};
        NAME(tiles)(block, some, depth, rows, columns, t);
      }
    }
  }
}

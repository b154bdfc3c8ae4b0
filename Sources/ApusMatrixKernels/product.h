// Part of Apus, Apache-2.0. See LICENSE.
//
// A product by the method of Goto and van de Geijn (2008), with the loops as BLIS has them (Van Zee and van
// de Geijn 2015): a tile of C stays in registers while a row panel of A and a column panel of B, both
// copied into the order in which they are read, pass by. Small products copy A only.

typedef REAL NAME(vector) __attribute__((vector_size(APUS_BYTES), aligned(4)));
enum {
  NAME(LANES) = APUS_BYTES / sizeof(REAL),
  NAME(TILE_ROWS) = TILE_VECTORS * NAME(LANES),
  // Rows of A whose copy stays in the second-level cache, columns of B in the third, and the depth of both.
  NAME(ROWS) = NAME(TILE_ROWS) * (sizeof(REAL) == 8 ? 10 : 8),
  NAME(COLUMNS) = TILE_COLUMNS * 256,
  NAME(DEPTH) = sizeof(REAL) == 8 ? 256 : 384,
  NAME(SMALL) = 4096,  // elements of a strip that is copied to the stack
};

INLINE size_t NAME(rounded)(size_t value, size_t unit) { return (value + unit - 1) / unit * unit; }
INLINE size_t NAME(least)(size_t a, size_t b) { return a < b ? a : b; }

/// Whether a product is small: B is read too few times to be worth a copy.
INLINE int NAME(is_small)(size_t m, size_t k) {
  return NAME(TILE_ROWS) * k <= NAME(SMALL) && k <= NAME(DEPTH) && m <= 4 * NAME(TILE_ROWS);
}

static size_t NAME(work)(size_t m, size_t n, size_t k) {
  if (n == 1 || NAME(is_small)(m, k)) return 0;
  size_t depth = NAME(least)(k, NAME(DEPTH));
  return depth * (NAME(rounded)(NAME(least)(m, NAME(ROWS)), NAME(TILE_ROWS)) +
                  NAME(rounded)(NAME(least)(n, NAME(COLUMNS)), TILE_COLUMNS)) +
         64 / sizeof(REAL);
}

/// Copies a strip of `rows` of `height` rows of A column by column; rows that are missing become 0.
INLINE void NAME(copy_strip)(size_t height, size_t rows, size_t k, const REAL *a, size_t rs, size_t cs,
                             REAL *to) {
  if (rs == 1 && rows == height) {
    for (size_t p = 0; p < k; p++) memcpy(to + p * height, a + p * cs, height * sizeof(REAL));
    return;
  }
  // Scattered stores, which the compiler would make of these loops, are slower than plain ones.
  for (size_t r = 0; r < rows; r++) {
#pragma clang loop vectorize(disable)
    for (size_t p = 0; p < k; p++) to[p * height + r] = a[r * rs + p * cs];
  }
  for (size_t r = rows; r < height; r++) {
#pragma clang loop vectorize(disable)
    for (size_t p = 0; p < k; p++) to[p * height + r] = 0;
  }
}

/// Copies rows of A into strips of TILE_ROWS rows.
static void NAME(copy_rows)(size_t m, size_t k, const REAL *a, size_t rs, size_t cs, REAL *to) {
  for (size_t i = 0; i < m; i += NAME(TILE_ROWS), to += NAME(TILE_ROWS) * k)
    NAME(copy_strip)(NAME(TILE_ROWS), NAME(least)(NAME(TILE_ROWS), m - i), k, a + i * rs, rs, cs, to);
}

/// Copies columns of B into panels of TILE_COLUMNS columns, row by row.
INLINE void NAME(copy_columns)(size_t n, size_t k, const REAL *b, size_t rs, size_t cs, REAL *to) {
  for (size_t j = 0; j < n; j += TILE_COLUMNS) {
    size_t columns = NAME(least)(TILE_COLUMNS, n - j);
    const REAL *from = b + j * cs;
    if (columns == TILE_COLUMNS) {
      for (size_t p = 0; p < k; p++) {
#pragma clang loop unroll(full)
        for (size_t c = 0; c < TILE_COLUMNS; c++) to[p * TILE_COLUMNS + c] = from[p * rs + c * cs];
      }
    } else {
      for (size_t p = 0; p < k; p++) {
#pragma clang loop vectorize(disable)
        for (size_t c = 0; c < TILE_COLUMNS; c++)
          to[p * TILE_COLUMNS + c] = c < columns ? from[p * rs + c * cs] : 0;
      }
    }
    to += TILE_COLUMNS * k;
  }
}

/// Where a tile of C goes, and which of its elements are wanted.
typedef struct {
  REAL alpha, beta;
  REAL *c;
  size_t ldc, rows, columns;
  ptrdiff_t below;
} NAME(target);

/// beta C + alpha times a sum. Not fused, so that whole tiles and parts of them round alike.
INLINE REAL NAME(combined)(REAL alpha, REAL sum, REAL beta, REAL c) {
#pragma clang fp contract(off)
  REAL added = alpha * sum, kept = beta * c;
  return kept + added;
}
INLINE void NAME(store_vector)(NAME(target) t, NAME(vector) sum, REAL *c) {
#pragma clang fp contract(off)
  NAME(vector) now, added = t.alpha == 1 ? sum : t.alpha * sum;
  if (t.beta != 0) {
    memcpy(&now, c, APUS_BYTES);
    NAME(vector) kept = t.beta * now;
    added = kept + added;
  }
  memcpy(c, &added, APUS_BYTES);
}

/// Adds a tile to C element by element, where it is not whole.
static __attribute__((noinline)) void NAME(store_part)(NAME(target) t, const REAL *tile, size_t stride) {
  for (size_t j = 0; j < t.columns; j++) {
    ptrdiff_t first = (ptrdiff_t)j - t.below;
#pragma clang loop vectorize(disable)
    for (size_t i = first > 0 ? (size_t)first : 0; i < t.rows; i++) {
      REAL *c = t.c + j * t.ldc + i, sum = tile[j * stride + i];
      *c = t.beta == 0 ? t.alpha * sum : NAME(combined)(t.alpha, sum, t.beta, *c);
    }
  }
}

#ifdef HAS_MASKS
INLINE unsigned NAME(mask)(size_t count) {
  return count >= NAME(LANES) ? (1u << NAME(LANES)) - 1 : (1u << count) - 1;
}
INLINE NAME(vector) NAME(load_some)(unsigned mask, const REAL *from) {
  if (sizeof(REAL) == 8) return (NAME(vector))_mm512_maskz_loadu_pd((__mmask8)mask, from);
  return (NAME(vector))_mm512_maskz_loadu_ps((__mmask16)mask, from);
}
INLINE void NAME(store_some)(NAME(target) t, unsigned mask, NAME(vector) sum, REAL *c) {
#pragma clang fp contract(off)
  NAME(vector) added = t.alpha == 1 ? sum : t.alpha * sum;
  if (t.beta != 0) {
    NAME(vector) kept = t.beta * NAME(load_some)(mask, c);
    added = kept + added;
  }
  if (sizeof(REAL) == 8)
    _mm512_mask_storeu_pd(c, (__mmask8)mask, (__m512d)added);
  else
    _mm512_mask_storeu_ps(c, (__mmask16)mask, (__m512)added);
}
#endif

/// One tile of `vectors` vectors of rows and `columns` columns of B from `b` on, those of a row `bcs`
/// apart, rows `brs` apart. If `cut`, A has no more rows than are wanted.
INLINE void NAME(tile)(size_t vectors, size_t columns, int cut, size_t k, const REAL *a, size_t acs,
                       const REAL *b, size_t brs, size_t bcs, NAME(target) t) {
  NAME(vector) sum[TILE_COLUMNS][TILE_VECTORS];
  size_t stride = vectors * NAME(LANES), last = (vectors - 1) * NAME(LANES);
#pragma clang loop unroll(full)
  for (size_t j = 0; j < columns; j++) {
#pragma clang loop unroll(full)
    for (size_t v = 0; v < vectors; v++) sum[j][v] = (NAME(vector)){0};
  }
#ifdef HAS_MASKS
  unsigned mask = NAME(mask)(t.rows - last);
#endif
  for (size_t p = 0; p < k; p++, a += acs, b += brs) {
    NAME(vector) rows[TILE_VECTORS];
#pragma clang loop unroll(full)
    for (size_t v = 0; v < vectors; v++) {
#ifdef HAS_MASKS
      if (cut && v + 1 == vectors) {
        rows[v] = NAME(load_some)(mask, a + last);
        continue;
      }
#endif
      memcpy(&rows[v], a + v * NAME(LANES), APUS_BYTES);
    }
#pragma clang loop unroll(full)
    for (size_t j = 0; j < columns; j++) {
      REAL factor = b[j * bcs];
#pragma clang loop unroll(full)
      for (size_t v = 0; v < vectors; v++) sum[j][v] += rows[v] * factor;
    }
  }
  int is_all = t.columns == columns && t.below >= (ptrdiff_t)columns - 1;
  if (is_all && !cut && t.rows == stride) {
#pragma clang loop unroll(full)
    for (size_t j = 0; j < columns; j++) {
#pragma clang loop unroll(full)
      for (size_t v = 0; v < vectors; v++)
        NAME(store_vector)(t, sum[j][v], t.c + j * t.ldc + v * NAME(LANES));
    }
    return;
  }
#ifdef HAS_MASKS
  if (is_all && t.rows > last) {
#pragma clang loop unroll(full)
    for (size_t j = 0; j < columns; j++) {
#pragma clang loop unroll(full)
      for (size_t v = 0; v + 1 < vectors; v++)
        NAME(store_vector)(t, sum[j][v], t.c + j * t.ldc + v * NAME(LANES));
      NAME(store_some)(t, mask, sum[j][vectors - 1], t.c + j * t.ldc + last);
    }
    return;
  }
#endif
  REAL whole[TILE_COLUMNS * NAME(TILE_ROWS)];
#pragma clang loop unroll(full)
  for (size_t j = 0; j < columns; j++) {
#pragma clang loop unroll(full)
    for (size_t v = 0; v < vectors; v++)
      memcpy(whole + j * stride + v * NAME(LANES), &sum[j][v], APUS_BYTES);
  }
  NAME(store_part)(t, whole, stride);
}

static __attribute__((noinline)) void NAME(tile_copied)(size_t k, const REAL *a, const REAL *b,
                                                        NAME(target) t) {
  NAME(tile)(TILE_VECTORS, TILE_COLUMNS, 0, k, a, NAME(TILE_ROWS), b, TILE_COLUMNS, 1, t);
}

/// A strip of rows of a small product, `vectors` high, with A and B where they are.
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

/// A strip of rows of a small product, `vectors` high, after a copy of A if it cannot be read as it is.
INLINE void NAME(strip)(size_t vectors, size_t n, size_t k, const REAL *a, size_t ars, size_t acs,
                        const REAL *b, size_t brs, size_t bcs, NAME(target) t) {
  size_t height = vectors * NAME(LANES);
#ifdef HAS_MASKS
  if (ars == 1 && t.rows < height) {
    NAME(strip_in_place)(vectors, 1, n, k, a, acs, b, brs, bcs, t);
    return;
  }
#endif
  REAL rows[NAME(SMALL)] __attribute__((aligned(64)));
  if (ars != 1 || t.rows < height) {
    NAME(copy_strip)(height, t.rows, k, a, ars, acs, rows);
    a = rows;
    acs = height;
  }
  NAME(strip_in_place)(vectors, 0, n, k, a, acs, b, brs, bcs, t);
}

/// All tiles of a copied row panel block and a copied column panel block.
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

/// A product of few elements, without vectors. Its sums are those of the tiles.
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

/// alpha times sums plus beta y, for rows of one column.
INLINE void NAME(store_rows)(size_t rows, REAL alpha, const REAL *sums, REAL beta, REAL *y) {
  for (size_t i = 0; i < rows; i++)
    y[i] = beta == 0 ? alpha * sums[i] : NAME(combined)(alpha, sums[i], beta, y[i]);
}

/// Rows of a matrix times a vector, its columns side by side: four columns at a time.
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

/// Rows of a matrix times a vector, wherever its elements are: sums of eight rows side by side, each in order.
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

/// y = alpha A x + beta y. The sums are those of the tiles: in order, and added to y every DEPTH columns.
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

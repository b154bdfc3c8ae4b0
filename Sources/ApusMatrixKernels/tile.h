// Part of Apus, Apache-2.0. See LICENSE.
//
// The register tile of a product: packing of rows and columns into the order in which they are read, and the
// sums of a tile of C, which stay in registers.

typedef REAL NAME(vector) __attribute__((vector_size(APUS_BYTES), aligned(4)));
enum {
  NAME(LANES) = APUS_BYTES / sizeof(REAL),
  NAME(TILE_ROWS) = TILE_VECTORS * NAME(LANES),
  // Rows of A whose packed copy stays in the L2 cache, columns of B in the L3 cache, and the depth of both.
  NAME(ROWS) = NAME(TILE_ROWS) * (sizeof(REAL) == 8 ? 10 : 8),
  NAME(COLUMNS) = TILE_COLUMNS * 256,
  NAME(DEPTH) = sizeof(REAL) == 8 ? 256 : 384,
  NAME(SMALL) = 6144,  // elements of a strip that is copied to the stack
};

INLINE size_t NAME(rounded)(size_t value, size_t unit) { return (value + unit - 1) / unit * unit; }
INLINE size_t NAME(least)(size_t a, size_t b) { return a < b ? a : b; }

/// Whether a product is small: B is read too few times to be worth packing.
INLINE int NAME(is_small)(size_t m, size_t k) {
  return NAME(TILE_ROWS) * k <= NAME(SMALL) && k <= NAME(DEPTH) && m <= 11 * NAME(TILE_ROWS);
}

static size_t NAME(work)(size_t m, size_t n, size_t k) {
  if (n == 1 || NAME(is_small)(m, k)) return 0;
  size_t depth = NAME(least)(k, NAME(DEPTH));
  return depth * (NAME(rounded)(NAME(least)(m, NAME(ROWS)), NAME(TILE_ROWS)) +
                  NAME(rounded)(NAME(least)(n, NAME(COLUMNS)), TILE_COLUMNS)) +
         64 / sizeof(REAL);
}

/// Copies `rows` rows of A, column by column, into a strip of `height` rows; missing rows become 0.
INLINE void NAME(copy_strip)(size_t height, size_t rows, size_t k, const REAL *a, size_t rs, size_t cs,
                             REAL *to) {
  if (rs == 1 && rows == height) {
    for (size_t p = 0; p < k; p++) memcpy(to + p * height, a + p * cs, height * sizeof(REAL));
    return;
  }
  // Scatter stores, which the compiler would generate for these loops, are slower than plain ones.
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

/// beta C + alpha times a sum, not fused, so that whole and partial tiles round alike.
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

/// Stores a partial tile to C, element by element.
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

/// Computes one tile of `vectors` vectors of rows and `columns` columns of B, starting at `b`, with a
/// distance of `bcs` between columns and `brs` between rows. If `cut`, A ends within the last vector, which
/// is read with a mask.
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

// Part of Apus, Apache-2.0. See LICENSE.
//
// Loops of the reductions to tridiagonal, bidiagonal and Hessenberg form, and of the iterations on these.

typedef NAME(eight) NAME(lanes);

#define TOTAL(s) (((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7])))

// Macros, since vectors that are longer than the target's cannot be passed to functions.
#define LOAD(p) (*(const NAME(lanes) *)(p))
#define STORE(p, v) (*(NAME(lanes) *)(p) = (v))

/// Rotations of neighbouring columns: the i-th replaces columns i and i + 1, (x, y), by (c x + s y, c y - s x), with
/// c and s from `cs`. If `backward`, the first replaces the last two columns, and so on. The column that two rotations share stays in registers.
#define ROTATE_ROWS(VECTOR, COUNT, READ, WRITE, STEP)                                      \
  for (; r + COUNT * STEP <= rows; r += COUNT * STEP) {                                    \
    REAL *column = a + r + (backward ? count * lda : 0);                                   \
    const REAL *pair = cs;                                                                 \
    VECTOR kept[COUNT];                                                                    \
    for (int v = 0; v < COUNT; v++) kept[v] = READ(column + v * STEP);                     \
    if (backward) {                                                                        \
      for (size_t i = 0; i < count; i++, pair += 2, column -= lda)                         \
        for (int v = 0; v < COUNT; v++) {                                                  \
          VECTOR x = READ(column - lda + v * STEP);                                        \
          WRITE(column + v * STEP, kept[v] * pair[0] - x * pair[1]);                       \
          kept[v] = x * pair[0] + kept[v] * pair[1];                                       \
        }                                                                                  \
    } else {                                                                               \
      for (size_t i = 0; i < count; i++, pair += 2, column += lda)                         \
        for (int v = 0; v < COUNT; v++) {                                                  \
          VECTOR y = READ(column + lda + v * STEP);                                        \
          WRITE(column + v * STEP, kept[v] * pair[0] + y * pair[1]);                       \
          kept[v] = y * pair[0] - kept[v] * pair[1];                                       \
        }                                                                                  \
    }                                                                                      \
    for (int v = 0; v < COUNT; v++) WRITE(column + v * STEP, kept[v]);                     \
  }
#define LOAD_ONE(p) (*(p))
#define STORE_ONE(p, v) (*(p) = (v))

static void NAME(rotate)(size_t rows, REAL *a, size_t lda, size_t count, const REAL *cs, int backward) {
  size_t r = 0;
  if (!count) return;
  ROTATE_ROWS(NAME(lanes), 4, LOAD, STORE, 8)
  ROTATE_ROWS(NAME(lanes), 1, LOAD, STORE, 8)
  ROTATE_ROWS(REAL, 1, LOAD_ONE, STORE_ONE, 1)
}

/// Two sets of rotations of the same columns, one after the other, in one pass: the second follows one column behind.
#define ROTATE_ROWS_TWICE(VECTOR, COUNT, READ, WRITE, STEP)                                \
  for (; r + COUNT * STEP <= rows; r += COUNT * STEP) {                                    \
    REAL *column = a + r + (backward ? count * lda : 0);                                   \
    const REAL *p = cs, *q = cs2;                                                          \
    VECTOR ahead[COUNT], behind[COUNT];                                                    \
    for (int v = 0; v < COUNT; v++) {                                                      \
      VECTOR first = READ(column + v * STEP);                                              \
      VECTOR second = READ(column + (backward ? -lda : lda) + v * STEP);                   \
      behind[v] = backward ? first * p[0] - second * p[1] : first * p[0] + second * p[1];  \
      ahead[v] = backward ? second * p[0] + first * p[1] : second * p[0] - first * p[1];   \
    }                                                                                      \
    p += 2;                                                                                \
    if (backward) {                                                                        \
      for (size_t i = 1; i < count; i++, p += 2, q += 2, column -= lda)                    \
        for (int v = 0; v < COUNT; v++) {                                                  \
          VECTOR x = READ(column - 2 * lda + v * STEP);                                    \
          VECTOR between = ahead[v] * p[0] - x * p[1];                                     \
          ahead[v] = x * p[0] + ahead[v] * p[1];                                           \
          WRITE(column + v * STEP, behind[v] * q[0] - between * q[1]);                     \
          behind[v] = between * q[0] + behind[v] * q[1];                                   \
        }                                                                                  \
      for (int v = 0; v < COUNT; v++) {                                                    \
        WRITE(column + v * STEP, behind[v] * q[0] - ahead[v] * q[1]);                      \
        WRITE(column - lda + v * STEP, ahead[v] * q[0] + behind[v] * q[1]);                \
      }                                                                                    \
    } else {                                                                               \
      for (size_t i = 1; i < count; i++, p += 2, q += 2, column += lda)                    \
        for (int v = 0; v < COUNT; v++) {                                                  \
          VECTOR y = READ(column + 2 * lda + v * STEP);                                    \
          VECTOR between = ahead[v] * p[0] + y * p[1];                                     \
          ahead[v] = y * p[0] - ahead[v] * p[1];                                           \
          WRITE(column + v * STEP, behind[v] * q[0] + between * q[1]);                     \
          behind[v] = between * q[0] - behind[v] * q[1];                                   \
        }                                                                                  \
      for (int v = 0; v < COUNT; v++) {                                                    \
        WRITE(column + v * STEP, behind[v] * q[0] + ahead[v] * q[1]);                      \
        WRITE(column + lda + v * STEP, ahead[v] * q[0] - behind[v] * q[1]);                \
      }                                                                                    \
    }                                                                                      \
  }

static void NAME(rotate_twice)(size_t rows, REAL *a, size_t stride, size_t count, const REAL *cs,
                               const REAL *cs2, int backward) {
  ptrdiff_t lda = (ptrdiff_t)stride;
  size_t r = 0;
  ROTATE_ROWS_TWICE(NAME(lanes), 4, LOAD, STORE, 8)
  ROTATE_ROWS_TWICE(NAME(lanes), 1, LOAD, STORE, 8)
  ROTATE_ROWS_TWICE(REAL, 1, LOAD_ONE, STORE_ONE, 1)
}

#undef ROTATE_ROWS
#undef ROTATE_ROWS_TWICE

/// y = A x for a symmetric A, of which the lower triangle is read, once, four columns at a time.
static void NAME(symmetric_times)(size_t n, const REAL *a, size_t lda, const REAL *x, REAL *y) {
  for (size_t i = 0; i < n; i++) y[i] = 0;
  size_t j = 0;
  for (; j + 4 <= n; j += 4) {
    const REAL *c[4];
    REAL sums[4] = {0};
    for (int k = 0; k < 4; k++) c[k] = a + (j + k) * lda;
    for (int k = 0; k < 4; k++) {
      y[j + k] += c[k][j + k] * x[j + k];
      for (int i = k + 1; i < 4; i++) {
        y[j + i] += c[k][j + i] * x[j + k];
        sums[k] += c[k][j + i] * x[j + i];
      }
    }
    NAME(lanes) s[4] = {{0}, {0}, {0}, {0}};
    size_t i = j + 4;
    for (; i + 8 <= n; i += 8) {
      NAME(lanes) to = LOAD(y + i), from = LOAD(x + i);
      for (int k = 0; k < 4; k++) {
        NAME(lanes) v = LOAD(c[k] + i);
        to += v * x[j + k];
        s[k] += v * from;
      }
      STORE(y + i, to);
    }
    for (; i < n; i++)
      for (int k = 0; k < 4; k++) {
        y[i] += c[k][i] * x[j + k];
        sums[k] += c[k][i] * x[i];
      }
    for (int k = 0; k < 4; k++) y[j + k] += sums[k] + TOTAL(s[k]);
  }
  for (; j < n; j++) {
    const REAL *column = a + j * lda;
    REAL sum = column[j] * x[j];
    for (size_t i = j + 1; i < n; i++) {
      y[i] += column[i] * x[j];
      sum += column[i] * x[i];
    }
    y[j] += sum;
  }
}

/// y = Aᵀ x for contiguous columns of length m: four at a time.
static void NAME(transposed_times)(size_t m, size_t n, const REAL *a, size_t lda, const REAL *x, REAL *y) {
  size_t j = 0;
  for (; j < n; j += 4) {
    int width = n - j < 4 ? (int)(n - j) : 4;
    const REAL *c[4];
    for (int k = 0; k < 4; k++) c[k] = a + (j + (k < width ? k : 0)) * lda;
    NAME(lanes) s[4] = {{0}, {0}, {0}, {0}};
    size_t i = 0;
    for (; i + 8 <= m; i += 8) {
      NAME(lanes) from = LOAD(x + i);
      for (int k = 0; k < 4; k++) s[k] += LOAD(c[k] + i) * from;
    }
    REAL rest[4] = {0};
    for (; i < m; i++)
      for (int k = 0; k < 4; k++) rest[k] += c[k][i] * x[i];
    for (int k = 0; k < width; k++) y[j + k] = TOTAL(s[k]) + rest[k];
  }
}

/// Applies H = I - tau v vᵀ with v of two or three elements from the right, to as many neighbouring columns.
static void NAME(reflect_columns)(size_t rows, size_t width, REAL *a, size_t lda, const REAL *v, REAL tau) {
  REAL *restrict x = a, *restrict y = a + lda, *restrict z = a + 2 * lda;
  REAL v0 = v[0], v1 = v[1], v2 = width > 2 ? v[2] : 0;
  if (width == 2) {
    for (size_t i = 0; i < rows; i++) {
      REAL sum = tau * (x[i] * v0 + y[i] * v1);
      x[i] -= sum * v0;
      y[i] -= sum * v1;
    }
    return;
  }
  for (size_t i = 0; i < rows; i++) {
    REAL sum = tau * (x[i] * v0 + y[i] * v1 + z[i] * v2);
    x[i] -= sum * v0;
    y[i] -= sum * v1;
    z[i] -= sum * v2;
  }
}

/// Applies the same from the left, to as many neighbouring rows of `columns` columns.
static void NAME(reflect_rows)(size_t columns, size_t width, REAL *a, size_t lda, const REAL *v, REAL tau) {
  REAL v0 = v[0], v1 = v[1], v2 = width > 2 ? v[2] : 0;
  for (size_t j = 0; j < columns; j++, a += lda) {
    REAL third = width > 2 ? a[2] : 0;
    REAL sum = tau * (a[0] * v0 + a[1] * v1 + third * v2);
    a[0] -= sum * v0;
    a[1] -= sum * v1;
    if (width > 2) a[2] = third - sum * v2;
  }
}

/// Applies H_0 H_1 … from the right, where H_i = I - tau v vᵀ with v = (1, v1, v2) acts on columns i to i + 2. Each has five
/// `factors`: tau, tau v1, tau v2, v1, v2. Columns that the next one shares stay in registers.
#define REFLECT_ROWS(VECTOR, COUNT, READ, WRITE, STEP)                                     \
  for (; r + COUNT * STEP <= rows; r += COUNT * STEP) {                                    \
    REAL *column = a + r;                                                                  \
    const REAL *f = factors;                                                               \
    VECTOR x[COUNT], y[COUNT];                                                             \
    for (int v = 0; v < COUNT; v++) {                                                      \
      x[v] = READ(column + v * STEP);                                                      \
      y[v] = READ(column + lda + v * STEP);                                                \
    }                                                                                      \
    for (size_t i = 0; i < count; i++, f += 5, column += lda)                              \
      for (int v = 0; v < COUNT; v++) {                                                    \
        VECTOR z = READ(column + 2 * lda + v * STEP);                                      \
        VECTOR sum = z * f[2] + y[v] * f[1];                                               \
        sum += x[v] * f[0];                                                                \
        WRITE(column + v * STEP, x[v] - sum);                                              \
        x[v] = y[v] - sum * f[3];                                                          \
        y[v] = z - sum * f[4];                                                             \
      }                                                                                    \
    for (int v = 0; v < COUNT; v++) {                                                      \
      WRITE(column + v * STEP, x[v]);                                                      \
      WRITE(column + lda + v * STEP, y[v]);                                                \
    }                                                                                      \
  }

static void NAME(reflect_columns_in_turn)(size_t rows, REAL *a, size_t lda, size_t count, const REAL *factors) {
  size_t r = 0;
  REFLECT_ROWS(NAME(lanes), 4, LOAD, STORE, 8)
  REFLECT_ROWS(NAME(lanes), 1, LOAD, STORE, 8)
  REFLECT_ROWS(REAL, 1, LOAD_ONE, STORE_ONE, 1)
}

/// Exchanges rows and columns of eight vectors.
INLINE void NAME(transpose_eight)(NAME(lanes) v[8]) {
  NAME(lanes) w[8];
  for (int i = 0; i < 8; i += 2) {
    w[i] = __builtin_shufflevector(v[i], v[i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
    w[i + 1] = __builtin_shufflevector(v[i], v[i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
  }
  for (int i = 0; i < 8; i += 4)
    for (int k = 0; k < 2; k++) {
      v[i + k] = __builtin_shufflevector(w[i + k], w[i + k + 2], 0, 1, 8, 9, 4, 5, 12, 13);
      v[i + k + 2] = __builtin_shufflevector(w[i + k], w[i + k + 2], 2, 3, 10, 11, 6, 7, 14, 15);
    }
  for (int k = 0; k < 4; k++) {
    w[k] = __builtin_shufflevector(v[k], v[k + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    w[k + 4] = __builtin_shufflevector(v[k], v[k + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
  for (int k = 0; k < 8; k++) v[k] = w[k];
}

/// Copies rows of `width` columns, at most 32, into rows of 32 elements, or back.
INLINE void NAME(copy_turned)(size_t rows, size_t width, REAL *a, size_t lda, REAL *to, int back) {
  for (size_t j = 0; j < width; j += 8) {
    size_t i = 0;
    if (j + 8 <= width)
      for (; i + 8 <= rows; i += 8) {
        NAME(lanes) v[8];
        for (size_t k = 0; k < 8; k++) v[k] = LOAD(back ? to + (i + k) * 32 + j : a + (j + k) * lda + i);
        NAME(transpose_eight)(v);
        for (size_t k = 0; k < 8; k++) STORE(back ? a + (j + k) * lda + i : to + (i + k) * 32 + j, v[k]);
      }
    size_t end = j + 8 < width ? j + 8 : width;
    for (; i < rows; i++)
      for (size_t k = j; k < end; k++)
        if (back)
          a[k * lda + i] = to[i * 32 + k];
        else
          to[i * 32 + k] = a[k * lda + i];
  }
}

/// Applies … H_1 H_0 from the left to rows i to i + 2 in the same way: of 32 columns at a time, turned over.
static void NAME(reflect_rows_in_turn)(size_t columns, REAL *a, size_t lda, size_t count, const REAL *factors) {
  enum { MOST = 64 };
  REAL turned[MOST * 32];
  for (size_t j = 0; j < columns; j += 32) {
    size_t width = columns - j < 32 ? columns - j : 32;
    for (size_t start = 0; start < count; start += MOST - 2) {
      size_t part = count - start < MOST - 2 ? count - start : MOST - 2;
      REAL *from = a + j * lda + start;
      NAME(copy_turned)(part + 2, width, from, lda, turned, 0);
      NAME(reflect_columns_in_turn)(width, turned, 32, part, factors + 5 * start);
      NAME(copy_turned)(part + 2, width, from, lda, turned, 1);
    }
  }
}

#undef REFLECT_ROWS
#undef LOAD_ONE
#undef STORE_ONE
#undef TOTAL
#undef LOAD
#undef STORE

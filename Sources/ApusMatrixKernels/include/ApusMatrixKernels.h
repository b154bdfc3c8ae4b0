// Part of Apus, Apache-2.0. See LICENSE.
//
// Kernels of dense linear algebra: products and small Cholesky factors, for doubles and floats.
//
// Matrices are given by a pointer, a row stride (`rs`, between elements of a column) and a column stride
// (`cs`, between elements of a row), so a transposed matrix is the same pointer with the strides exchanged.
// Results are column-major blocks with leading dimension `ldc`. Each element is summed over k in the same
// order, whatever the shape of the product, so a product that is split into pieces has the same bits.
#pragma once
#include <stddef.h>
#include <stdint.h>


/// Instruction set levels, ascending. The last bits of results differ between levels, because fused
/// multiply-add rounds once.
enum { APUS_MATRIX_PORTABLE = 0, APUS_MATRIX_AVX2 = 1, APUS_MATRIX_AVX512 = 2 };

/// The value of `below` for a whole product.
#define APUS_MATRIX_WHOLE (PTRDIFF_MAX / 2)

typedef struct {
  /// The number of workspace elements that a product needs (0 for small ones).
  size_t (*work_f64)(size_t m, size_t n, size_t k);
  size_t (*work_f32)(size_t m, size_t n, size_t k);
  /// C = alpha A B + beta C, for elements with i + below >= j. C is not read if beta is 0.
  void (*product_f64)(size_t m, size_t n, size_t k, double alpha, const double *a, size_t ars,
                      size_t acs, const double *b, size_t brs, size_t bcs, double beta, double *c,
                      size_t ldc, ptrdiff_t below, double *work);
  void (*product_f32)(size_t m, size_t n, size_t k, float alpha, const float *a, size_t ars,
                      size_t acs, const float *b, size_t brs, size_t bcs, float beta, float *c,
                      size_t ldc, ptrdiff_t below, float *work);
  /// The lower Cholesky factor in place, unblocked: returns 0, or the order of the first leading minor that
  /// is not positive (or NaN). The strict upper triangle is neither read nor written.
  size_t (*cholesky_f64)(size_t n, double *a, size_t lda);
  size_t (*cholesky_f32)(size_t n, float *a, size_t lda);
  /// Solves X Lᵀ = B in place for m rows, unblocked; L is lower triangular of small order n.
  void (*solve_right_f64)(size_t m, size_t n, const double *l, size_t ldl, double *b, size_t ldb);
  void (*solve_right_f32)(size_t m, size_t n, const float *l, size_t ldl, float *b, size_t ldb);
  /// Loops over contiguous elements: quotients, sums in eight running sums, the largest magnitude (NaN if an element is), and
  /// additions to another vector.
  void (*divide_f64)(size_t n, const double *a, const double *b, double *to);
  void (*divide_by_f64)(size_t n, const double *a, double divisor, double *to);
  double (*sum_f64)(size_t n, const double *x);
  double (*sum_magnitudes_f64)(size_t n, const double *x);
  double (*sum_squares_f64)(size_t n, const double *x, double factor);
  int (*equal_f64)(size_t n, const double *a, const double *b);
  double (*largest_f64)(size_t n, const double *x);
  void (*add_four_f64)(size_t n, const double *x, size_t stride, double *to);
  void (*add_four_magnitudes_f64)(size_t n, const double *x, size_t stride, double *to);
  void (*divide_f32)(size_t n, const float *a, const float *b, float *to);
  void (*divide_by_f32)(size_t n, const float *a, float divisor, float *to);
  float (*sum_f32)(size_t n, const float *x);
  float (*sum_magnitudes_f32)(size_t n, const float *x);
  float (*sum_squares_f32)(size_t n, const float *x, float factor);
  int (*equal_f32)(size_t n, const float *a, const float *b);
  float (*largest_f32)(size_t n, const float *x);
  void (*add_four_f32)(size_t n, const float *x, size_t stride, float *to);
  void (*add_four_magnitudes_f32)(size_t n, const float *x, size_t stride, float *to);
  /// Rotations of neighbouring columns, `count` pairs of a cosine and a sine; y = A x from the lower triangle of a symmetric A;
  /// y = Aᵀ x; reflections I - tau v vᵀ with v of two or three elements, of neighbouring columns or rows; `count` such
  /// reflections, each one column or row further, of which five `factors` say tau, tau v1, tau v2, v1, v2.
  void (*rotate_f64)(size_t rows, double *a, size_t lda, size_t count, const double *cs, int backward);
  void (*rotate_twice_f64)(size_t rows, double *a, size_t lda, size_t count, const double *cs, const double *cs2,
                         int backward);
  void (*symmetric_times_f64)(size_t n, const double *a, size_t lda, const double *x, double *y);
  void (*transposed_times_f64)(size_t m, size_t n, const double *a, size_t lda, const double *x, double *y);
  void (*reflect_columns_f64)(size_t rows, size_t width, double *a, size_t lda, const double *v, double tau);
  void (*reflect_rows_f64)(size_t columns, size_t width, double *a, size_t lda, const double *v, double tau);
  void (*reflect_columns_in_turn_f64)(size_t rows, double *a, size_t lda, size_t count, const double *factors);
  void (*reflect_rows_in_turn_f64)(size_t columns, double *a, size_t lda, size_t count, const double *factors);
  void (*rotate_f32)(size_t rows, float *a, size_t lda, size_t count, const float *cs, int backward);
  void (*rotate_twice_f32)(size_t rows, float *a, size_t lda, size_t count, const float *cs, const float *cs2,
                         int backward);
  void (*symmetric_times_f32)(size_t n, const float *a, size_t lda, const float *x, float *y);
  void (*transposed_times_f32)(size_t m, size_t n, const float *a, size_t lda, const float *x, float *y);
  void (*reflect_columns_f32)(size_t rows, size_t width, float *a, size_t lda, const float *v, float tau);
  void (*reflect_rows_f32)(size_t columns, size_t width, float *a, size_t lda, const float *v, float tau);
  void (*reflect_columns_in_turn_f32)(size_t rows, float *a, size_t lda, size_t count, const float *factors);
  void (*reflect_rows_in_turn_f32)(size_t columns, float *a, size_t lda, size_t count, const float *factors);
  /// Multiplies and adds in registers only, as fast as the processor can: `rounds` times `peak_work`
  /// additions and multiplications of doubles. The result is meaningless.
  double (*peak)(size_t rounds);
  size_t peak_work;
} apus_matrix_kernels;

/// The kernels of one level, or NULL where this processor or build lacks it.
const apus_matrix_kernels *apus_matrix_kernels_at(int level);

/// The highest level that this processor has.
int apus_matrix_highest_level(void);

// Part of Apus, Apache-2.0. See LICENSE.
//
// Kernels of dense linear algebra: products and small Cholesky factors, for doubles and floats.
//
// Matrices are given by a pointer, a distance between neighbours of a column (`rs`) and one between
// neighbours of a row (`cs`), so a transposed matrix is the same pointer with both exchanged. Results lie in
// column-major blocks whose columns are `ldc` apart. Sums over k are taken in the same order for each
// element, whatever the shape of the rest: a product that is cut into pieces has the same bits.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "ApusLoader.h"

/// Levels of instruction sets, ascending. The bits of one level differ from those of another, because
/// fused multiply-add rounds once.
enum { APUS_MATRIX_PORTABLE = 0, APUS_MATRIX_AVX2 = 1, APUS_MATRIX_AVX512 = 2 };

/// Says that all of a product is wanted, for `below` of the kernels.
#define APUS_MATRIX_WHOLE (PTRDIFF_MAX / 2)

typedef struct {
  /// Elements of work memory that a product needs (0 for small ones).
  size_t (*work_f64)(size_t m, size_t n, size_t k);
  size_t (*work_f32)(size_t m, size_t n, size_t k);
  /// C = alpha A B + beta C, for elements with i + below >= j. C is not read if beta is 0.
  void (*product_f64)(size_t m, size_t n, size_t k, double alpha, const double *a, size_t ars,
                      size_t acs, const double *b, size_t brs, size_t bcs, double beta, double *c,
                      size_t ldc, ptrdiff_t below, double *work);
  void (*product_f32)(size_t m, size_t n, size_t k, float alpha, const float *a, size_t ars,
                      size_t acs, const float *b, size_t brs, size_t bcs, float beta, float *c,
                      size_t ldc, ptrdiff_t below, float *work);
  /// The lower Cholesky factor in place, without blocks: 0, or the order of the first leading minor
  /// that is not positive (or not a number). The strict upper triangle is neither read nor written.
  size_t (*cholesky_f64)(size_t n, double *a, size_t lda);
  size_t (*cholesky_f32)(size_t n, float *a, size_t lda);
  /// Solves X Lᵀ = B in place for m rows, without blocks; L is lower with n columns, n small.
  void (*solve_right_f64)(size_t m, size_t n, const double *l, size_t ldl, double *b, size_t ldb);
  void (*solve_right_f32)(size_t m, size_t n, const float *l, size_t ldl, float *b, size_t ldb);
  /// Multiplies and adds in registers only, as fast as the processor can: `rounds` times as many additions
  /// and multiplications of doubles as `peak_work` says. The result means nothing.
  double (*peak)(size_t rounds);
  size_t peak_work;
} apus_matrix_kernels;

/// The kernels of one level, or NULL where this processor or build lacks it.
const apus_matrix_kernels *apus_matrix_kernels_at(int level);

/// The highest level that this processor has.
int apus_matrix_highest_level(void);

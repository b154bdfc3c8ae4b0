// Part of Apus, Apache-2.0. See LICENSE.
//
// Included once per level, with these macros defined: APUS_LEVEL_NAME, APUS_BYTES (bytes of a vector),
// TILE_VECTORS and TILE_COLUMNS (the size of the register tile: vectors of rows, and columns), and HAS_MASKS
// where partial vectors are read and written with AVX-512 masks.
#include <math.h>
#include <string.h>

#include "ApusMatrixKernels.h"

// Multiplications and additions may be fused: that is more accurate, not less, and twice as fast.
#pragma clang fp contract(fast)

#define INLINE static inline __attribute__((always_inline))
#define CONCAT2(a, b) a##b
#define CONCAT(a, b) CONCAT2(a, b)

#define REAL double
#define NAME(x) x##_f64
#define SQUARE_ROOT sqrt
#include "tile.h"
#include "vector.h"
#include "product.h"
#include "cholesky.h"
#include "elementwise.h"
#include "reduce.h"
#undef REAL
#undef NAME
#undef SQUARE_ROOT

#define REAL float
#define NAME(x) x##_f32
#define SQUARE_ROOT sqrtf
#include "tile.h"
#include "vector.h"
#include "product.h"
#include "cholesky.h"
#include "elementwise.h"
#include "reduce.h"
#undef REAL
#undef NAME
#undef SQUARE_ROOT

typedef double peak_vector __attribute__((vector_size(APUS_BYTES)));
enum { PEAK_CHAINS = TILE_VECTORS * TILE_COLUMNS };

static double peak(size_t rounds) {
  peak_vector sums[PEAK_CHAINS];
  for (int c = 0; c < PEAK_CHAINS; c++) sums[c] = (peak_vector){0} + c;
  double factor = 0.5, addend = 1.0;
  // Hides the values from the compiler, so that nothing can be computed in advance.
  __asm__ volatile("" : "+r"(rounds), "+m"(factor), "+m"(addend));
  peak_vector a = (peak_vector){0} + factor, b = (peak_vector){0} + addend;
  for (size_t r = 0; r < rounds; r++) {
#pragma clang loop unroll(full)
    for (int c = 0; c < PEAK_CHAINS; c++) sums[c] = sums[c] * a + b;
  }
  double total = 0;
  for (int c = 0; c < PEAK_CHAINS; c++) total += sums[c][0];
  return total;
}

const apus_matrix_kernels CONCAT(apus_matrix_kernels_, APUS_LEVEL_NAME) = {
    .work_f64 = work_f64,
    .work_f32 = work_f32,
    .product_f64 = product_f64,
    .product_f32 = product_f32,
    .cholesky_f64 = cholesky_f64,
    .cholesky_f32 = cholesky_f32,
    .solve_right_f64 = solve_right_f64,
    .solve_right_f32 = solve_right_f32,
    .divide_f64 = divide_f64,
    .divide_f32 = divide_f32,
    .divide_by_f64 = divide_by_f64,
    .divide_by_f32 = divide_by_f32,
    .sum_f64 = sum_f64,
    .sum_f32 = sum_f32,
    .sum_magnitudes_f64 = sum_magnitudes_f64,
    .sum_magnitudes_f32 = sum_magnitudes_f32,
    .sum_squares_f64 = sum_squares_f64,
    .sum_squares_f32 = sum_squares_f32,
    .equal_f64 = equal_f64,
    .largest_f64 = largest_f64,
    .equal_f32 = equal_f32,
    .largest_f32 = largest_f32,
    .add_four_f64 = add_four_f64,
    .add_four_f32 = add_four_f32,
    .add_four_magnitudes_f64 = add_four_magnitudes_f64,
    .add_four_magnitudes_f32 = add_four_magnitudes_f32,
    .rotate_f64 = rotate_f64,
    .rotate_twice_f64 = rotate_twice_f64,
    .rotate_f32 = rotate_f32,
    .rotate_twice_f32 = rotate_twice_f32,
    .symmetric_times_f64 = symmetric_times_f64,
    .symmetric_times_f32 = symmetric_times_f32,
    .transposed_times_f64 = transposed_times_f64,
    .transposed_times_f32 = transposed_times_f32,
    .reflect_columns_f64 = reflect_columns_f64,
    .reflect_columns_f32 = reflect_columns_f32,
    .reflect_rows_f64 = reflect_rows_f64,
    .reflect_rows_f32 = reflect_rows_f32,
    .reflect_columns_in_turn_f64 = reflect_columns_in_turn_f64,
    .reflect_columns_in_turn_f32 = reflect_columns_in_turn_f32,
    .reflect_rows_in_turn_f64 = reflect_rows_in_turn_f64,
    .reflect_rows_in_turn_f32 = reflect_rows_in_turn_f32,
    .peak = peak,
    .peak_work = 2 * PEAK_CHAINS * (APUS_BYTES / sizeof(double)),
};

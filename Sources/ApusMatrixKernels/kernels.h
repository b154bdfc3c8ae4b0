// Part of Apus, Apache-2.0. See LICENSE.
//
// Included once per level with APUS_LEVEL_NAME, APUS_BYTES (bytes of a vector), TILE_VECTORS and
// TILE_COLUMNS (the register tile: so many vectors of rows, so many columns) defined.
#include <math.h>
#include <string.h>

#include "ApusMatrixKernels.h"

// Products and their sums may be fused: that is more accurate, not less, and twice as fast.
#pragma clang fp contract(fast)

#define INLINE static inline __attribute__((always_inline))
#define CONCAT2(a, b) a##b
#define CONCAT(a, b) CONCAT2(a, b)

#define REAL double
#define NAME(x) x##_f64
#define SQUARE_ROOT sqrt
#include "product.h"
#include "cholesky.h"
#undef REAL
#undef NAME
#undef SQUARE_ROOT

#define REAL float
#define NAME(x) x##_f32
#define SQUARE_ROOT sqrtf
#include "product.h"
#include "cholesky.h"
#undef REAL
#undef NAME
#undef SQUARE_ROOT

const apus_matrix_kernels CONCAT(apus_matrix_kernels_, APUS_LEVEL_NAME) = {
    .work_f64 = work_f64,
    .work_f32 = work_f32,
    .product_f64 = product_f64,
    .product_f32 = product_f32,
    .cholesky_f64 = cholesky_f64,
    .cholesky_f32 = cholesky_f32,
    .solve_right_f64 = solve_right_f64,
    .solve_right_f32 = solve_right_f32,
};

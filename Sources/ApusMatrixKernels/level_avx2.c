// Part of Apus, Apache-2.0. See LICENSE.
// AVX2 level: 256-bit vectors, fused multiply-add.
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma,bmi,bmi2"))), apply_to = function)
#define APUS_LEVEL_NAME avx2
#define APUS_BYTES 32
#define TILE_VECTORS 2
#define TILE_COLUMNS 6
#include "kernels.h"
#pragma clang attribute pop
#endif

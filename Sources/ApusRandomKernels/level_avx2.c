// Part of Apus, Apache-2.0. See LICENSE.
// AVX2 level: 256-bit vectors, BMI2 multiplications. No FMA, so that no rounding is skipped.
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,bmi,bmi2"))), apply_to = function)
#define APUS_LEVEL_NAME avx2
#define APUS_BYTES 32
#include "kernels.h"
#pragma clang attribute pop
#endif

// Part of Apus, Apache-2.0. See LICENSE.
// AVX-512 level: 512-bit vectors (F, DQ, BW, VL).
#if defined(__x86_64__)
#pragma clang attribute push( \
    __attribute__((target("avx2,bmi,bmi2,avx512f,avx512dq,avx512bw,avx512vl"))), \
    apply_to = function)
#define APUS_LEVEL_NAME avx512
#define APUS_BYTES 64
#include "kernels.h"
#pragma clang attribute pop
#endif

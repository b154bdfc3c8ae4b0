// Part of Apus, Apache-2.0. See LICENSE.
#include "ApusRandomKernels.h"

extern const apus_kernels apus_kernels_portable;
#if defined(__x86_64__)
extern const apus_kernels apus_kernels_avx2;
extern const apus_kernels apus_kernels_avx512;
#endif

int apus_highest_level(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
             __builtin_cpu_supports("bmi2");
  if (avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
    return APUS_LEVEL_AVX512;
  if (avx2) return APUS_LEVEL_AVX2;
#endif
  return APUS_LEVEL_PORTABLE;
}

const apus_kernels *apus_kernels_at(int level) {
  if (level < 0 || level > apus_highest_level()) return NULL;
#if defined(__x86_64__)
  if (level == APUS_LEVEL_AVX512) return &apus_kernels_avx512;
  if (level == APUS_LEVEL_AVX2) return &apus_kernels_avx2;
#endif
  return &apus_kernels_portable;
}

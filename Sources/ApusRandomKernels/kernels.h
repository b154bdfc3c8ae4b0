// Part of Apus, Apache-2.0. See LICENSE.
//
// Included once per level with APUS_LEVEL_NAME and APUS_BYTES (bytes of a vector) defined. One
// source for all levels, written with compiler vectors: the bits agree by construction, and
// only instruction selection differs. Contraction to fused multiply-add is off everywhere.
#include <math.h>
#include <string.h>

#include "ApusRandomKernels.h"

#pragma STDC FP_CONTRACT OFF

#define VECTOR_OF(type) type __attribute__((vector_size(APUS_BYTES), aligned(4)))
typedef VECTOR_OF(uint32_t) u32v;
typedef VECTOR_OF(uint64_t) u64v;
typedef VECTOR_OF(int32_t) i32v;
typedef VECTOR_OF(int64_t) i64v;
typedef VECTOR_OF(float) f32v;
typedef VECTOR_OF(double) f64v;
enum { LANES32 = APUS_BYTES / 4, LANES64 = APUS_BYTES / 8 };

#define INLINE static inline __attribute__((always_inline))

INLINE u32v load32(const uint32_t *p) {
  u32v v;
  memcpy(&v, p, sizeof v);
  return v;
}
INLINE void store32(uint32_t *p, u32v v) { memcpy(p, &v, sizeof v); }

#include "conversions.h"
#include "mt19937.h"
#include "counter_based.h"
#include "congruential.h"
#include "combined_recursive.h"
#include "shift_rotate.h"
#include "integers.h"
#include "normal.h"
#include "normal_quantile.h"

#define CONCAT2(a, b) a##b
#define CONCAT(a, b) CONCAT2(a, b)
const apus_kernels CONCAT(apus_kernels_, APUS_LEVEL_NAME) = {
    .mt_refill = mt_refill,
    .mt_refill_temper = mt_refill_temper,
    .mt_doubles = mt_doubles,
    .mt_words64 = mt_words64,
    .mt_quarter_circle = mt_quarter_circle,
    .mt_combine = mt_combine,
    .philox4x64_blocks = philox4x64_blocks,
    .philox4x64_doubles = philox4x64_doubles,
    .pcg64_words = pcg64_words,
    .pcg64dxsm_words = pcg64dxsm_words,
    .sfc64_words = sfc64_words,
    .xoshiro256_words = xoshiro256_words,
    .mrg_lanes = LANES64,
    .mrg_uniforms = mrg_uniforms,
    .r_normals = r_normals,
    .lemire32 = lemire32,
    .lemire64 = lemire64,
    .masked32 = masked32,
    .masked64 = masked64,
    .doubles = doubles,
    .ziggurat_normal = ziggurat_normal,
    .ziggurat_exponential = ziggurat_exponential,
    .sfc64_exponentials = sfc64_exponentials,
    .legacy_normals = legacy_normals,
    .quarter_circle = quarter_circle,
};

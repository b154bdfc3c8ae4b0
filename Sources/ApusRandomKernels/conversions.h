// Part of Apus, Apache-2.0. See LICENSE.
//
// Words to doubles. Without a vector instruction for this, the two parts of a word are put into the
// significands of two doubles with matching exponents; their sum is exact.

INLINE f64v doubles_of(u64v w) {
#if APUS_BYTES == 64
  return __builtin_convertvector((i64v)(w >> 11), f64v) * 0x1p-53;
#else
  u64v high = (w >> 32) | 0x4130000000000000u;                 // 2^20 + high * 2^-32
  u64v low = ((w & 0xffffffffu) >> 11) | 0x3fe0000000000000u;  // 2^-1 + low * 2^-53
  return ((f64v)high - 1048576.5) + (f64v)low;
#endif
}

/// May work in place.
INLINE void convert_to_doubles(const uint64_t *words, double *out, size_t count) {
  size_t i = 0;
#pragma clang loop unroll_count(4)
  for (; i + LANES64 <= count; i += LANES64) {
    u64v w;
    memcpy(&w, words + i, sizeof w);
    f64v v = doubles_of(w);
    memcpy(out + i, &v, sizeof v);
  }
  for (; i < count; i++) {
    uint64_t w;
    memcpy(&w, words + i, sizeof w);
    out[i] = (double)(int64_t)(w >> 11) * 0x1p-53;
  }
}

static void doubles(const uint64_t *words, double *out, size_t count) {
  convert_to_doubles(words, out, count);
}

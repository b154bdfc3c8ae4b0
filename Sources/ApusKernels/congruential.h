// Part of Apus, Apache-2.0. See LICENSE.
//
// PCG64, XSL-RR 128/64 (O'Neill 2014). One step waits for a 128-bit product; three lanes that each
// leap three steps along the same cycle (multiplier M^3) do not wait for each other and give the
// same words in the same order. A fourth lane has no registers left.

typedef unsigned __int128 u128;

INLINE uint64_t pcg64_output(u128 state) {
  uint64_t folded = (uint64_t)(state >> 64) ^ (uint64_t)state;
  unsigned turn = (unsigned)(state >> 122);
  return folded >> turn | folded << (-turn & 63);
}

/// The number that undoes a multiplication by the odd `m`: Newton's iteration doubles the bits.
INLINE u128 pcg64_inverse(u128 m) {
  u128 x = m;
  for (int bits = 3; bits < 128; bits *= 2) x *= 2 - m * x;
  return x;
}

static void pcg64_words(apus_pcg64 *generator, uint64_t *out, size_t count) {
  const u128 m = (u128)2549297995355413924u << 64 | 4865540595714422341u;
  const u128 c = (u128)generator->increment_high << 64 | generator->increment_low;
  u128 state = (u128)generator->state_high << 64 | generator->state_low;
  size_t i = 0;
  if (count >= 8) {
    const u128 m2 = m * m, m3 = m2 * m, c3 = c * (1 + m + m2);
    u128 s0 = state * m + c, s1 = s0 * m + c, s2 = s1 * m + c;
    for (; i + 3 <= count; i += 3) {
      out[i] = pcg64_output(s0);
      out[i + 1] = pcg64_output(s1);
      out[i + 2] = pcg64_output(s2);
      s0 = s0 * m3 + c3;
      s1 = s1 * m3 + c3;
      s2 = s2 * m3 + c3;
    }
    state = (s0 - c) * pcg64_inverse(m);
  }
  for (; i < count; i++) {
    state = state * m + c;
    out[i] = pcg64_output(state);
  }
  generator->state_high = (uint64_t)(state >> 64);
  generator->state_low = (uint64_t)state;
}

/// (word >> 11) * 2^-53: the two halves of the 53 bits go into the significands of two doubles.
static void doubles(const uint64_t *words, double *out, size_t count) {
  size_t i = 0;
#pragma clang loop unroll_count(4)
  for (; i + LANES64 <= count; i += LANES64) {
    u64v w;
    memcpy(&w, words + i, sizeof w);
    u64v high = (w >> 32) | 0x4130000000000000u;               // 2^20 + high * 2^-32
    u64v low = ((w & 0xffffffffu) >> 11) | 0x3fe0000000000000u;  // 2^-1 + low * 2^-53
    f64v v = ((f64v)high - 1048576.5) + (f64v)low;
    memcpy(out + i, &v, sizeof v);
  }
  for (; i < count; i++) {
    uint64_t w;
    memcpy(&w, words + i, sizeof w);
    out[i] = (double)(w >> 11) * 0x1p-53;
  }
}

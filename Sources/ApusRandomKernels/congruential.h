// Part of Apus, Apache-2.0. See LICENSE.
//
// PCG64 (O'Neill 2014): XSL-RR 128/64, and DXSM with the cheap multiplier. Each step has to wait for a
// 128-bit product; lanes that each leap several steps along the same cycle (multiplier M^n) do not depend on
// each other and give the same words in the same order. Three lanes keep the scalar multiplier busy; LANES64
// more run in the vector unit alongside, with products built from 32-bit ones.

typedef unsigned __int128 u128;

static const uint64_t pcg64_cheap = 0xda942042e4dd58b5u;

INLINE uint64_t pcg64_output(int is_dxsm, u128 state) {
  if (is_dxsm) {
    uint64_t high = (uint64_t)(state >> 64);
    high = (high ^ high >> 32) * pcg64_cheap;
    return (high ^ high >> 48) * ((uint64_t)state | 1);
  }
  uint64_t folded = (uint64_t)(state >> 64) ^ (uint64_t)state;
  unsigned turn = (unsigned)(state >> 122);
  return folded >> turn | folded << (-turn & 63);
}

/// The inverse of the odd `m` modulo 2^128: each Newton iteration doubles the number of correct bits.
INLINE u128 pcg64_inverse(u128 m) {
  u128 x = m;
  for (int bits = 3; bits < 128; bits *= 2) x *= 2 - m * x;
  return x;
}

/// x * m + c, the map of one or of several steps.
typedef struct {
  u128 m, c;
} pcg64_leap;

INLINE u128 pcg64_apply(pcg64_leap leap, u128 x) { return x * leap.m + leap.c; }

INLINE pcg64_leap pcg64_leap_of(pcg64_leap one, int steps) {
  pcg64_leap leap = {1, 0};
  for (int i = 0; i < steps; i++) leap = (pcg64_leap){leap.m * one.m, leap.c * one.m + one.c};
  return leap;
}

enum { PCG64_SCALAR = 3 };

#if APUS_BYTES > 16
typedef struct {
  u64v high, low;
} pcg64_lanes;

INLINE u64v pcg64_output_lanes(int is_dxsm, pcg64_lanes x) {
  if (is_dxsm) {
    u64v high = (x.high ^ x.high >> 32) * pcg64_cheap;
    return (high ^ high >> 48) * (x.low | 1);
  }
  u64v folded = x.high ^ x.low, turn = x.high >> 58;
  return folded >> turn | folded << (-turn & 63);
}

/// The addend enters limb by limb where the sums cannot overflow, so no carry has to be detected:
/// (2^32 - 1)^2 + 2 (2^32 - 1) is exactly the largest 64-bit number.
INLINE pcg64_lanes pcg64_apply_lanes(pcg64_leap leap, pcg64_lanes x) {
  const uint64_t mask = 0xffffffffu, low = (uint64_t)leap.m, high = (uint64_t)(leap.m >> 64);
  u64v a0 = (u64v){0} + (low & mask), a1 = (u64v){0} + (low >> 32);
  u64v a2 = (u64v){0} + (high & mask), a3 = (u64v){0} + (high >> 32);
  u64v x0 = x.low & mask, x1 = x.low >> 32, x2 = x.high & mask, x3 = x.high >> 32;
  u64v first = x0 * a0 + ((uint64_t)leap.c & mask);
  u64v middle = x1 * a0 + (first >> 32);
  u64v crossed = x0 * a1 + (middle & mask) + ((uint64_t)leap.c >> 32);
  u64v upper = x3 * a0 + x2 * a1 + x1 * a2 + x0 * a3;
  u64v carried = x1 * a1 + (middle >> 32) + (crossed >> 32) + (uint64_t)(leap.c >> 64);
  return (pcg64_lanes){.high = x2 * a0 + x0 * a2 + carried + (upper << 32),
                       .low = (crossed << 32) | (first & mask)};
}

enum { PCG64_GROUP = LANES64 + PCG64_SCALAR };
#endif

/// Writes whole groups of words while `count` allows, from `x`, the state that gives the first word. Returns
/// the state that gives the next word.
INLINE u128 pcg64_groups(int is_dxsm, pcg64_leap one, u128 x, uint64_t **out, size_t *count) {
#if APUS_BYTES > 16
  const pcg64_leap leap = pcg64_leap_of(one, PCG64_GROUP);
  pcg64_lanes lanes;
  for (int b = 0; b < LANES64; b++, x = pcg64_apply(one, x)) {
    lanes.high[b] = (uint64_t)(x >> 64);
    lanes.low[b] = (uint64_t)x;
  }
#else
  enum { PCG64_GROUP = PCG64_SCALAR };
  const pcg64_leap leap = pcg64_leap_of(one, PCG64_GROUP);
#endif
  u128 s0 = x, s1 = pcg64_apply(one, s0), s2 = pcg64_apply(one, s1);
  for (; *count >= PCG64_GROUP; *count -= PCG64_GROUP) {
#if APUS_BYTES > 16
    u64v words = pcg64_output_lanes(is_dxsm, lanes);
    memcpy(*out, &words, sizeof words);
    lanes = pcg64_apply_lanes(leap, lanes);
    *out += LANES64;
#endif
    (*out)[0] = pcg64_output(is_dxsm, s0);
    (*out)[1] = pcg64_output(is_dxsm, s1);
    (*out)[2] = pcg64_output(is_dxsm, s2);
    s0 = pcg64_apply(leap, s0);
    s1 = pcg64_apply(leap, s1);
    s2 = pcg64_apply(leap, s2);
    *out += PCG64_SCALAR;
  }
#if APUS_BYTES > 16
  return (u128)lanes.high[0] << 64 | lanes.low[0];
#else
  return s0;
#endif
}

static void pcg64_words(apus_pcg64 *generator, uint64_t *out, size_t count) {
  const u128 m = (u128)2549297995355413924u << 64 | 4865540595714422341u;
  const pcg64_leap one = {m, (u128)generator->increment_high << 64 | generator->increment_low};
  u128 state = (u128)generator->state_high << 64 | generator->state_low;
  if (count >= 24) {
    u128 next = pcg64_groups(0, one, pcg64_apply(one, state), &out, &count);
    state = (next - one.c) * pcg64_inverse(m);
  }
  for (; count > 0; count--) {
    state = pcg64_apply(one, state);
    *out++ = pcg64_output(0, state);
  }
  generator->state_high = (uint64_t)(state >> 64);
  generator->state_low = (uint64_t)state;
}

/// DXSM makes each word from the state before the step, so no step has to be undone.
static void pcg64dxsm_words(apus_pcg64 *generator, uint64_t *out, size_t count) {
  const pcg64_leap one = {pcg64_cheap,
                          (u128)generator->increment_high << 64 | generator->increment_low};
  u128 state = (u128)generator->state_high << 64 | generator->state_low;
  if (count >= 24) state = pcg64_groups(1, one, state, &out, &count);
  for (; count > 0; count--) {
    *out++ = pcg64_output(1, state);
    state = pcg64_apply(one, state);
  }
  generator->state_high = (uint64_t)(state >> 64);
  generator->state_low = (uint64_t)state;
}

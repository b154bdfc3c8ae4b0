// Part of Apus, Apache-2.0. See LICENSE.
//
// Generators built from shifts, rotations and sums. Their few operations depend on each other, so vectors do
// not help, but a loop with the state in registers does.

INLINE uint64_t rotated_left(uint64_t x, int count) { return x << count | x >> (64 - count); }

/// SFC64 (Doty-Humphrey 2013).
typedef struct {
  uint64_t a, b, c, counter;
} sfc64;

/// The next word. The empty assembly statements keep the compiler from reordering the additions so that each
/// word waits twice as long for the previous one.
INLINE uint64_t sfc64_next(sfc64 *s) {
  uint64_t counted = s->b + s->counter++;
  __asm__("" : "+r"(counted));
  uint64_t word = s->a + counted;
  __asm__("" : "+r"(word));
  s->a = s->b ^ s->b >> 11;
  s->b = s->c + (s->c << 3);
  s->c = rotated_left(s->c, 24) + word;
  return word;
}

static void sfc64_words(uint64_t *state, uint64_t *out, size_t count) {
  sfc64 s;
  memcpy(&s, state, sizeof s);
  for (size_t i = 0; i < count; i++) out[i] = sfc64_next(&s);
  memcpy(state, &s, sizeof s);
}

/// xoshiro256** (Blackman and Vigna 2018).
static void xoshiro256_words(uint64_t *state, uint64_t *out, size_t count) {
  uint64_t s0 = state[0], s1 = state[1], s2 = state[2], s3 = state[3];
  for (size_t i = 0; i < count; i++) {
    out[i] = rotated_left(s1 * 5, 7) * 9;
    uint64_t shifted = s1 << 17;
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= shifted;
    s3 = rotated_left(s3, 45);
  }
  state[0] = s0;
  state[1] = s1;
  state[2] = s2;
  state[3] = s3;
}

// Part of Apus, Apache-2.0. See LICENSE.
//
// Generators of shifts, rotations and sums. Their few operations depend on each other, so vectors do
// not help; a loop with the state in registers does.

INLINE uint64_t rotated_left(uint64_t x, int count) { return x << count | x >> (64 - count); }

/// SFC64 (Doty-Humphrey 2013): state is a, b, c and a counter. The empty statements keep the compiler
/// from putting the additions into an order in which each word waits twice as long for the last.
static void sfc64_words(uint64_t *state, uint64_t *out, size_t count) {
  uint64_t a = state[0], b = state[1], c = state[2], n = state[3];
  for (size_t i = 0; i < count; i++) {
    uint64_t counted = b + n++;
    __asm__("" : "+r"(counted));
    uint64_t word = a + counted;
    __asm__("" : "+r"(word));
    a = b ^ b >> 11;
    b = c + (c << 3);
    c = rotated_left(c, 24) + word;
    out[i] = word;
  }
  state[0] = a;
  state[1] = b;
  state[2] = c;
  state[3] = n;
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

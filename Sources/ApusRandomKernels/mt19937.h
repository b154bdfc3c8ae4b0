// Part of Apus, Apache-2.0. See LICENSE.
//
// MT19937 (Matsumoto and Nishimura 1998): x[n+624] = x[n+397] ^ twist(x[n], x[n+1]).
// A block holds the 624 words, followed by a mirror of its first 16. With the mirror the recurrence runs in
// place in whole vectors without special cases, because the one vector that reads across the end of the
// block, and x[n+1] of the last one, find the new first words there.

INLINE u32v mt_twist(u32v first, u32v second, u32v other) {
  // The top bit of first and the rest of second: a single instruction, for which the compiler emits two.
#if APUS_BYTES == 64
  u32v top = (u32v){0} + 0x80000000u;
  u32v mixed = (u32v)__builtin_ia32_pternlogd512_mask((i32v)second, (i32v)first, (i32v)top, 0xd8,
                                                      (unsigned short)-1);
#else
  u32v mixed = ((first ^ second) & 0x80000000u) ^ second;
#endif
  u32v odd = -(second & 1u);
  return other ^ (mixed >> 1) ^ (odd & 0x9908b0dfu);
}

INLINE u32v mt_temper(u32v y) {
  y ^= y >> 11;
  y ^= (y << 7) & 0x9d2c5680u;
  y ^= (y << 15) & 0xefc60000u;
  return y ^ (y >> 18);
}

/// Refills the block in place; `tempered` may be NULL (constant at each call, so the tests cost nothing).
INLINE void mt_advance(uint32_t *block, uint32_t *tempered) {
  u32v x = mt_twist(load32(block), load32(block + 1), load32(block + 397));
  store32(block, x);
  store32(block + 624, x);
  if (tempered) store32(tempered, mt_temper(x));
  int i = LANES32;
  for (; i + 397 < 624; i += LANES32) {
    x = mt_twist(load32(block + i), load32(block + i + 1), load32(block + i + 397));
    store32(block + i, x);
    if (tempered) store32(tempered + i, mt_temper(x));
  }
#pragma clang loop unroll_count(4)
  for (; i < 624; i += LANES32) {
    x = mt_twist(load32(block + i), load32(block + i + 1), load32(block + i - 227));
    store32(block + i, x);
    if (tempered) store32(tempered + i, mt_temper(x));
  }
}

static void mt_refill(uint32_t *block) { mt_advance(block, NULL); }

static void mt_refill_temper(uint32_t *block, uint32_t *tempered) {
  mt_advance(block, tempered);
}

/// (a * 2^26 + b) * 2^-53, where a is the top 27 bits of the first word and b the top 26 of the second. Both
/// parts are put into the significands of doubles with matching exponents; their sum is exact.
INLINE f64v mt_doubles_of(u64v w) {
  u64v first = (w & 0xffffffe0u) | 0x4130000000000000u;  // 2^20 + first * 2^-32
  u64v second = (w >> 38) | 0x3fe0000000000000u;         // 2^-1 + second * 2^-53
  return ((f64v)first - 1048576.5) + (f64v)second;
}

static void mt_doubles(const uint32_t *words, double *out, size_t count) {
  size_t i = 0;
#pragma clang loop unroll_count(4)
  for (; i + LANES64 <= count; i += LANES64) {
    u64v w;
    memcpy(&w, words + 2 * i, sizeof w);
    f64v v = mt_doubles_of(w);
    __builtin_prefetch(out + i + 312, 1);  // where the next block's doubles will be
    memcpy(out + i, &v, sizeof v);
  }
  for (; i < count; i++) {
    uint32_t w[2];
    memcpy(w, words + 2 * i, sizeof w);
    out[i] = (double)((uint64_t)(w[0] >> 5) << 26 | w[1] >> 6) * 0x1p-53;
  }
}

static void mt_words64(const uint32_t *words, uint64_t *out, size_t count) {
  for (size_t i = 0; i < count; i++) {
    uint64_t w;
    memcpy(&w, words + 2 * i, sizeof w);
    w = w << 32 | w >> 32;
    memcpy(out + i, &w, sizeof w);
  }
}

/// The even-numbered words of two neighbouring vectors, in some fixed order of lanes.
INLINE u32v mt_even_words(u32v a, u32v b) {
#if APUS_BYTES == 16
  return __builtin_shufflevector(a, b, 0, 2, 4, 6);
#elif APUS_BYTES == 32
  return __builtin_shufflevector(a, b, 0, 2, 8, 10, 4, 6, 12, 14);
#else
  return __builtin_shufflevector(a, b, 0, 2, 16, 18, 4, 6, 20, 22, 8, 10, 24, 26, 12, 14, 28, 30);
#endif
}

INLINE f32v mt_leading24(u32v a, u32v b) {
  return __builtin_convertvector((i32v)(mt_temper(mt_even_words(a, b)) >> 8), f32v);
}

INLINE double mt_double_at(const uint32_t *block, int i) {
  uint32_t w[2];
  for (int j = 0; j < 2; j++) {
    uint32_t y = block[2 * i + j];
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c5680u;
    y ^= (y << 15) & 0xefc60000u;
    w[j] = y ^ (y >> 18);
  }
  return (double)((uint64_t)(w[0] >> 5) << 26 | w[1] >> 6) * 0x1p-53;
}

static __attribute__((noinline)) uint32_t mt_quarter_circle_exact(const uint32_t *a,
                                                                   const uint32_t *b) {
  uint32_t hits = 0;
  for (int i = 0; i < 312; i++) {
    double x = mt_double_at(a, i), y = mt_double_at(b, i);
    double xx = x * x, yy = y * y;
    hits += xx + yy < 1.0;
  }
  return hits;
}

/// The leading 24 bits decide all points except those within 2^-20 of the circle: with
/// t = floor(x * 2^24) and u = floor(y * 2^24), (x*x + y*y) * 2^48 differs from t*t + u*u by less than
/// 2^26 + 2, and the float arithmetic adds less than 2^-22 of the value. Only if a block holds such a point
/// (one block in two thousand) are its second words tempered as well and the block counted in doubles.
static uint32_t mt_quarter_circle(uint32_t *a, uint32_t *b) {
  mt_advance(a, NULL);
  mt_advance(b, NULL);
  const float limit = 0x1p48f;
  const float below = limit - limit * 0x1p-20f, above = limit + limit * 0x1p-20f;
  i32v inside = {0}, reached = {0};
  int i = 0;
  for (; i + 2 * LANES32 <= 624; i += 2 * LANES32) {
    f32v x = mt_leading24(load32(a + i), load32(a + i + LANES32));
    f32v y = mt_leading24(load32(b + i), load32(b + i + LANES32));
    f32v s = x * x + y * y;
    inside -= s < below;
    reached -= s < above;
  }
  uint32_t certain = 0, possible = 0;
  if (i < 624) {  // one vector is left (16 lanes): its partner is zero, which counts as inside
    f32v x = mt_leading24(load32(a + i), (u32v){0}), y = mt_leading24(load32(b + i), (u32v){0});
    f32v s = x * x + y * y;
    inside -= s < below;
    reached -= s < above;
    certain -= LANES32 / 2;
    possible -= LANES32 / 2;
  }
  for (int j = 0; j < LANES32; j++) {
    certain += (uint32_t)inside[j];
    possible += (uint32_t)reached[j];
  }
  return certain == possible ? certain : mt_quarter_circle_exact(a, b);
}

/// Tiles of eight vectors stay in registers while the words of all positions are combined into them.
static void mt_combine(const uint32_t *sequence, const uint32_t *positions, size_t count,
                       uint32_t *out) {
  enum { TILE = 8 * LANES32 };
  int j = 0;
  for (; j + TILE <= 624; j += TILE) {
    u32v sum[8] = {{0}};
    for (size_t i = 0; i < count; i++)
      for (int k = 0; k < 8; k++) sum[k] ^= load32(sequence + positions[i] + j + k * LANES32);
    for (int k = 0; k < 8; k++) store32(out + j + k * LANES32, sum[k]);
  }
  for (; j < 624; j += LANES32) {
    u32v sum = {0};
    for (size_t i = 0; i < count; i++) sum ^= load32(sequence + positions[i] + j);
    store32(out + j, sum);
  }
}

static size_t quarter_circle(const double *x, const double *y, size_t count) {
  size_t hits = 0;
  for (size_t i = 0; i < count; i++) {
    double xx = x[i] * x[i], yy = y[i] * y[i];
    hits += xx + yy < 1.0;
  }
  return hits;
}

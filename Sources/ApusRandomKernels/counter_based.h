// Part of Apus, Apache-2.0. See LICENSE.
//
// Philox4x64-10 (Salmon and others 2011). A block is 20 wide products. Vector instructions do not give the
// high half of a 64-bit product, and building it from 32-bit products costs about as much as the scalar
// multiplier. So both units work at once, on different blocks of one run of counters: while LANES64 blocks
// take ten rounds in vectors, 2 * PHILOX_CHAINS blocks go through the scalar unit, PHILOX_CHAINS at a time.

INLINE uint64_t multiply_wide(uint64_t a, uint64_t b, uint64_t *high) {
  unsigned __int128 product = (unsigned __int128)a * b;
  *high = (uint64_t)(product >> 64);
  return (uint64_t)product;
}

INLINE void counter_increment(uint64_t *counter) {
  if (++counter[0] == 0 && ++counter[1] == 0 && ++counter[2] == 0) ++counter[3];
}

static const uint64_t philox_multiplier0 = 0xD2E7470EE14C6C93u;
static const uint64_t philox_multiplier1 = 0xCA5A826395121157u;
static const uint64_t philox_weyl0 = 0x9E3779B97F4A7C15u;
static const uint64_t philox_weyl1 = 0xBB67AE8584CAA73Bu;

INLINE void philox_round(uint64_t *c, uint64_t k0, uint64_t k1) {
  uint64_t high0, high1;
  uint64_t low0 = multiply_wide(philox_multiplier0, c[0], &high0);
  uint64_t low1 = multiply_wide(philox_multiplier1, c[2], &high1);
  c[0] = high1 ^ c[1] ^ k0;
  c[1] = low1;
  c[2] = high0 ^ c[3] ^ k1;
  c[3] = low0;
}

/// The ten round keys, made once per run of blocks and kept in memory, where they occupy no registers.
typedef struct {
  uint64_t k[10][2];
} philox_keys;

INLINE philox_keys philox_schedule(const uint64_t *key) {
  philox_keys keys;
  for (int round = 0; round < 10; round++) {
    keys.k[round][0] = key[0] + (uint64_t)round * philox_weyl0;
    keys.k[round][1] = key[1] + (uint64_t)round * philox_weyl1;
  }
  return keys;
}

INLINE void philox_block(const uint64_t *counter, const philox_keys *keys, uint64_t *out) {
  uint64_t c[4] = {counter[0], counter[1], counter[2], counter[3]};
#pragma clang loop unroll(full)
  for (int round = 0; round < 10; round++) philox_round(c, keys->k[round][0], keys->k[round][1]);
  memcpy(out, c, 32);
}

#if APUS_BYTES > 16
/// High and low halves of constant * x, lane by lane, from four 32-bit products.
INLINE u64v multiply_wide_lanes(uint64_t constant, u64v x, u64v *high) {
  const uint64_t mask = 0xffffffffu;
  u64v cl = (u64v){0} + (constant & mask), ch = (u64v){0} + (constant >> 32);
  u64v xl = x & mask, xh = x >> 32;
  u64v t0 = xl * cl;
  u64v middle = xh * cl + (t0 >> 32);
  u64v crossed = xl * ch + (middle & mask);
  *high = xh * ch + (middle >> 32) + (crossed >> 32);
#if APUS_BYTES == 32
  return (u64v)__builtin_shufflevector((u32v)t0, (u32v)(crossed << 32), 0, 9, 2, 11, 4, 13, 6, 15);
#else
  return (crossed << 32) | (t0 & mask);
#endif
}

INLINE void philox_round_lanes(u64v *c, uint64_t k0, uint64_t k1) {
  u64v high0, high1;
  u64v low0 = multiply_wide_lanes(philox_multiplier0, c[0], &high0);
  u64v low1 = multiply_wide_lanes(philox_multiplier1, c[2], &high1);
  c[0] = high1 ^ c[1] ^ k0;
  c[1] = low1;
  c[2] = high0 ^ c[3] ^ k1;
  c[3] = low0;
}

/// Writes the blocks one after the other; lane b of the four vectors is block b.
INLINE void store_blocks(const u64v *c, uint64_t *out) {
#if APUS_BYTES == 32
  u64v a = __builtin_shufflevector(c[0], c[1], 0, 4, 2, 6);
  u64v b = __builtin_shufflevector(c[0], c[1], 1, 5, 3, 7);
  u64v d = __builtin_shufflevector(c[2], c[3], 0, 4, 2, 6);
  u64v e = __builtin_shufflevector(c[2], c[3], 1, 5, 3, 7);
  u64v rows[4] = {__builtin_shufflevector(a, d, 0, 1, 4, 5), __builtin_shufflevector(b, e, 0, 1, 4, 5),
                  __builtin_shufflevector(a, d, 2, 3, 6, 7), __builtin_shufflevector(b, e, 2, 3, 6, 7)};
  memcpy(out, rows, sizeof rows);
#else
  for (int b = 0; b < LANES64; b++)
    for (int i = 0; i < 4; i++) out[4 * b + i] = c[i][b];
#endif
}

// The scalar blocks computed alongside LANES64 vector blocks come in two halves of PHILOX_CHAINS: enough to
// hide each other's latency, few enough to leave registers free.
enum {
  PHILOX_CHAINS = APUS_BYTES == 64 ? 3 : 2,
  PHILOX_GROUP = LANES64 + 2 * PHILOX_CHAINS
};

/// Makes PHILOX_GROUP blocks from counters whose lowest word does not carry within the group. The loops are
/// not unrolled, because the compiler would then move the scalar work before the vector work, and the
/// processor could no longer overlap them.
INLINE void philox_group(const uint64_t *counter, const philox_keys *keys, uint64_t *out) {
  u64v c[4];
  for (int b = 0; b < LANES64; b++) c[0][b] = counter[0] + 1 + (uint64_t)b;
  for (int i = 1; i < 4; i++) c[i] = (u64v){0} + counter[i];
  uint64_t *scalar_out = out + 4 * LANES64;
#pragma clang loop unroll(disable)
  for (int half = 0; half < 2; half++) {
    uint64_t next = counter[0] + 1 + LANES64 + PHILOX_CHAINS * (uint64_t)half;
    uint64_t s[PHILOX_CHAINS][4];
#pragma clang loop unroll(full)
    for (int b = 0; b < PHILOX_CHAINS; b++) {
      s[b][0] = next + (uint64_t)b;
      for (int i = 1; i < 4; i++) s[b][i] = counter[i];
    }
#pragma clang loop unroll(disable)
    for (int step = 0; step < 5; step++) {
      const uint64_t(*k)[2] = keys->k + 2 * step, *v = keys->k[5 * half + step];
#pragma clang loop unroll(full)
      for (int b = 0; b < PHILOX_CHAINS; b++) philox_round(s[b], k[0][0], k[0][1]);
      philox_round_lanes(c, v[0], v[1]);
#pragma clang loop unroll(full)
      for (int b = 0; b < PHILOX_CHAINS; b++) philox_round(s[b], k[1][0], k[1][1]);
    }
    memcpy(scalar_out + 4 * PHILOX_CHAINS * half, s, sizeof s);
  }
  store_blocks(c, out);
}
#endif

/// Makes `blocks` blocks. With `as_doubles`, a group's words are converted while the next group is being
/// made, so that the conversion hides in its latencies.
INLINE void philox_run(int as_doubles, uint64_t *counter, const uint64_t *key, uint64_t *out,
                       size_t blocks) {
  const philox_keys keys = philox_schedule(key);
#if APUS_BYTES > 16
  uint64_t *last = NULL;
  while (blocks >= PHILOX_GROUP && counter[0] <= UINT64_MAX - PHILOX_GROUP) {
    philox_group(counter, &keys, out);
    if (as_doubles && last) convert_to_doubles(last, (double *)last, 4 * PHILOX_GROUP);
    last = out;
    counter[0] += PHILOX_GROUP;
    out += 4 * PHILOX_GROUP;
    blocks -= PHILOX_GROUP;
  }
  if (as_doubles && last) convert_to_doubles(last, (double *)last, 4 * PHILOX_GROUP);
#endif
  for (; blocks > 0; blocks--, out += 4) {
    counter_increment(counter);
    philox_block(counter, &keys, out);
    if (as_doubles) convert_to_doubles(out, (double *)out, 4);
  }
}

static void philox4x64_blocks(uint64_t *counter, const uint64_t *key, uint64_t *out,
                              size_t blocks) {
  philox_run(0, counter, key, out, blocks);
}

static void philox4x64_doubles(uint64_t *counter, const uint64_t *key, double *out,
                               size_t blocks) {
  philox_run(1, counter, key, (uint64_t *)out, blocks);
}

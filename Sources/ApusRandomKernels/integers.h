// Part of Apus, Apache-2.0. See LICENSE.
//
// Bounded integers: Lemire's multiplication (2019) as in NumPy's Generator, and the masked rejection of the
// legacy interface. A rejected word gives no value; accepted values are written without gaps.

/// Values from 32-bit words: there are `values` different ones, and `threshold` is 2^32 mod `values`.
static size_t lemire32(const uint32_t *words, size_t count, uint32_t values, uint32_t threshold,
                       uint64_t base, uint64_t *out) {
  size_t filled = 0, i = 0;
  while (i < count) {
    for (; i + LANES64 <= count; i += LANES64, filled += LANES64) {
      typedef uint32_t narrow __attribute__((vector_size(4 * LANES64), aligned(4)));
      narrow w;
      memcpy(&w, words + i, sizeof w);
      u64v product = __builtin_convertvector(w, u64v) * (u64v)((u64v){0} + values);
      i64v refused = (i64v)((product & 0xffffffffu) < (u64v)((u64v){0} + threshold));
      if (__builtin_expect(__builtin_reduce_or(refused) != 0, 0)) break;
      u64v value = (product >> 32) + base;
      memcpy(out + filled, &value, sizeof value);
    }
    for (size_t end = i + LANES64 < count ? i + LANES64 : count; i < end; i++) {
      uint64_t product = (uint64_t)words[i] * values;
      out[filled] = (product >> 32) + base;
      filled += (uint32_t)product >= threshold;
    }
  }
  return filled;
}

/// The same for 64-bit words.
static size_t lemire64(const uint64_t *words, size_t count, uint64_t values, uint64_t threshold,
                       uint64_t base, uint64_t *out) {
  size_t filled = 0, i = 0;
  while (i < count) {
#if APUS_BYTES == 64
    for (; i + LANES64 <= count; i += LANES64, filled += LANES64) {
      u64v w, high;
      memcpy(&w, words + i, sizeof w);
      u64v low = multiply_wide_lanes(values, w, &high);
      i64v over = (i64v)(low < (u64v)((u64v){0} + threshold));
      if (__builtin_expect(__builtin_reduce_or(over) != 0, 0)) break;
      high += base;
      memcpy(out + filled, &high, sizeof high);
    }
#else
    for (; i + 4 <= count; i += 4, filled += 4) {
      // Nothing is written before all four are accepted, because `out` may coincide with the words.
      uint64_t four[4];
      unsigned refused = 0;
#pragma clang loop unroll(full) vectorize(disable)
      for (size_t j = 0; j < 4; j++) {
        uint64_t high, low = multiply_wide(values, words[i + j], &high);
        four[j] = high + base;
        refused |= low < threshold;
      }
      if (__builtin_expect(refused != 0, 0)) break;
      memcpy(out + filled, four, sizeof four);
    }
#endif
    for (size_t end = i + 8 < count ? i + 8 : count; i < end; i++) {
      uint64_t high, low = multiply_wide(values, words[i], &high);
      out[filled] = high + base;
      filled += low >= threshold;
    }
  }
  return filled;
}

/// Masked rejection of 32-bit words: values in 0...width.
static size_t masked32(const uint32_t *words, size_t count, uint32_t width, uint64_t base,
                       uint64_t *out) {
  uint32_t mask = width ? 0xffffffffu >> __builtin_clz(width) : 0;
  size_t filled = 0;
#pragma clang loop unroll_count(4)
  for (size_t i = 0; i < count; i++) {
    uint32_t value = words[i] & mask;
    out[filled] = value + base;
    filled += value <= width;
  }
  return filled;
}

/// The same for 64-bit words.
static size_t masked64(const uint64_t *words, size_t count, uint64_t width, uint64_t base,
                       uint64_t *out) {
  uint64_t mask = width ? ~(uint64_t)0 >> __builtin_clzll(width) : 0;
  size_t filled = 0;
#pragma clang loop unroll_count(4)
  for (size_t i = 0; i < count; i++) {
    uint64_t value = words[i] & mask;
    out[filled] = value + base;
    filled += value <= width;
  }
  return filled;
}

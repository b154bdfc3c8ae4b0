// Part of Apus, Apache-2.0. See LICENSE.
//
// Marsaglia and Tsang's ziggurat (2000) as in NumPy's Generator, and the legacy polar method. Besides
// + - * / and sqrt, whose rounding IEEE 754 fixes, they use exp, log1p and log, which come from the platform
// as in NumPy.

/// A word that may occupy the memory of a value.
typedef uint64_t word64 __attribute__((may_alias));

/// How a generator turns a word into a double: the upper 53 bits, or, for MT19937, 27 bits of the upper
/// half and 26 of the lower.
INLINE double double_of(int is_twister, uint64_t word) {
  uint64_t bits = is_twister ? (word >> 37) << 26 | (word & 0xffffffffu) >> 6 : word >> 11;
  return (double)(int64_t)bits * 0x1p-53;
}

/// The height of a random point in a layer, from a uniform `u`.
INLINE double ziggurat_height(const double *f, uint64_t layer, double u) {
  return (f[layer - 1] - f[layer]) * u + f[layer];
}

/// Makes a normal value in the tail beyond the lowest layer; returns false if there are too few words.
static __attribute__((noinline)) int normal_tail(int is_twister, const word64 *words, size_t count,
                                                 size_t *used, uint64_t magnitude, double *out) {
  for (size_t i = *used; i + 2 <= count; i += 2) {
    double xx = -0.27366123732975827203338247596 * log1p(-double_of(is_twister, words[i]));
    double yy = -log1p(-double_of(is_twister, words[i + 1]));
    if (yy + yy > xx * xx) {
      double value = 3.6541528853610087963519472518 + xx;
      *out = magnitude >> 8 & 1 ? -value : value;
      *used = i + 2;
      return 1;
    }
  }
  return 0;
}

/// Converts integers below 2^52 (normal) or 2^53 (exponential) to doubles, exactly.
INLINE f64v ziggurat_magnitude(int is_normal, u64v a) {
#if APUS_BYTES == 64
  (void)is_normal;
  return __builtin_convertvector((i64v)a, f64v);
#else
  if (is_normal) return (f64v)(a | 0x4330000000000000u) - 0x1p52;
  f64v high = (f64v)((a >> 32) | 0x4530000000000000u) - (0x1p84 + 0x1p52);
  return high + (f64v)((a & 0xffffffffu) | 0x4330000000000000u);
#endif
}

/// The table entry of the layer that a word selects.
INLINE const apus_ziggurat_layer *ziggurat_layer_of(int is_normal, const apus_ziggurat_layer *layers,
                                                    uint64_t word) {
  return is_normal ? layers + (word & 511) : layers + (word >> 3 & 255);
}

/// Loads k and w for LANES64 words. The words are read one by one, because taking them out of a vector costs
/// more.
INLINE void ziggurat_layers(int is_normal, const apus_ziggurat_layer *layers, const word64 *words,
                            u64v *k, f64v *w) {
  typedef uint64_t pair __attribute__((vector_size(16), aligned(8)));
  pair p[LANES64];
#pragma clang loop unroll(full)
  for (int j = 0; j < LANES64; j++) {
    uint64_t word = words[j];
    __asm__("" : "+r"(word));
    memcpy(&p[j], ziggurat_layer_of(is_normal, layers, word), 16);
  }
#if APUS_BYTES == 64
#define QUAD(a, b) __builtin_shufflevector(p[a], p[b], 0, 1, 2, 3)
  u64v even = __builtin_shufflevector(QUAD(0, 2), QUAD(4, 6), 0, 1, 2, 3, 4, 5, 6, 7);
  u64v odd = __builtin_shufflevector(QUAD(1, 3), QUAD(5, 7), 0, 1, 2, 3, 4, 5, 6, 7);
#undef QUAD
  *k = __builtin_shufflevector(even, odd, 0, 8, 2, 10, 4, 12, 6, 14);
  *w = (f64v)__builtin_shufflevector(even, odd, 1, 9, 3, 11, 5, 13, 7, 15);
#elif APUS_BYTES == 32
  u64v even = __builtin_shufflevector(p[0], p[2], 0, 1, 2, 3);
  u64v odd = __builtin_shufflevector(p[1], p[3], 0, 1, 2, 3);
  *k = __builtin_shufflevector(even, odd, 0, 4, 2, 6);
  *w = (f64v)__builtin_shufflevector(even, odd, 1, 5, 3, 7);
#else
  *k = __builtin_shufflevector(p[0], p[1], 0, 2);
  *w = (f64v)__builtin_shufflevector(p[0], p[1], 1, 3);
#endif
}

// How many words are tried at once, and how many form a block. Blocks of words made ahead are shorter, so
// that the addresses written are not 4096 bytes from those read, which processors mistake for the same
// address.
enum { ZIGGURAT_GROUP = 8, ZIGGURAT_BLOCK = 512, ZIGGURAT_ROW_AHEAD = 448 };

/// Tries the values of eight words; bit j of the result says that word j was not accepted at once. Bit 8 of a
/// normal's word is the sign, next to the bits of the layer: the table holds the negated widths after the
/// widths.
INLINE unsigned ziggurat_eight(int is_normal, const apus_ziggurat_layer *layers,
                               const word64 *words, double *out) {
  typedef _Bool flags __attribute__((ext_vector_type(LANES64)));
  unsigned refused = 0;
#pragma clang loop unroll(full)
  for (int v = 0; v < ZIGGURAT_GROUP / LANES64; v++) {
    u64v r, k;
    f64v w;
    memcpy(&r, words + v * LANES64, sizeof r);
    u64v a = is_normal ? (r >> 9) & 0xfffffffffffffu : r >> 11;
    ziggurat_layers(is_normal, layers, words + v * LANES64, &k, &w);
    f64v x = ziggurat_magnitude(is_normal, a) * w;
    memcpy(out + v * LANES64, &x, sizeof x);
    flags over = __builtin_convertvector((i64v)a >= (i64v)k, flags);
    unsigned char bits = 0;
    memcpy(&bits, &over, 1);
    refused |= (bits & ((1u << LANES64) - 1)) << (v * LANES64);
  }
  return refused;
}

/// Lists the positions of set bits, in order. Up to four per 64 bits, the usual case, are found without a
/// branch on their number.
INLINE size_t ziggurat_positions(const unsigned char *bits, size_t count, uint32_t *positions) {
  size_t found = 0;
  for (size_t part = 0; part < count; part += 64) {
    uint64_t left;
    memcpy(&left, bits + part / 8, 8);
#pragma clang loop unroll(full)
    for (int few = 0; few < 4; few++) {
      positions[found] = (uint32_t)part + (uint32_t)__builtin_ctzll(left | (uint64_t)1 << 63);
      found += left != 0;
      left &= left - 1;
    }
    for (; left; left &= left - 1)
      positions[found++] = (uint32_t)part + (uint32_t)__builtin_ctzll(left);
  }
  return found;
}

INLINE void ziggurat_drop(unsigned char *kept, size_t word) {
  kept[word / 8] &= (unsigned char)~(1u << (word % 8));
}

/// Makes a value in the tail beyond the lowest layer, which is always accepted. `next` moves past the words
/// that it took; returns false if there are too few.
INLINE int ziggurat_tail(int is_normal, int is_twister, const word64 *words, size_t available,
                         size_t i, size_t *next, double *value) {
  if (is_normal) {
    *next = i + 1;
    return normal_tail(is_twister, words, available, next, words[i] >> 9, value);
  }
  *value = 7.6971174701310497140446280481 - log1p(-double_of(is_twister, words[i + 1]));
  return 1;
}

/// Copies the kept values without gaps; writes nothing at or beyond `count`, where words may lie.
INLINE size_t ziggurat_gather(const double *values, const unsigned char *kept, size_t count,
                              double *out) {
  size_t filled = 0;
  for (size_t i = 0; i < count; i += 8) {
    unsigned mask = kept[i / 8];
#if APUS_BYTES == 64
    if (filled + 8 <= count) {
      f64v v, none = {0};
      memcpy(&v, values + i, sizeof v);
      v = __builtin_ia32_compressdf512_mask(v, none, (unsigned char)mask);
      memcpy(out + filled, &v, sizeof v);
      filled += (size_t)__builtin_popcount(mask);
      continue;
    }
#else
    if (mask == 0xff) {
      memcpy(out + filled, values + i, 64);
      filled += 8;
      continue;
    }
#endif
    for (int j = 0; j < 8; j++)
      if (mask >> j & 1) out[filled++] = values[i + (size_t)j];
  }
  return filled;
}

/// Whether a point of a wedge lies below the density: height < exp(-x^2/2) or exp(-x), as libm decides it.
///
/// With f the density at the layer's right edge and y > 0 the difference of the exponents, the density at x
/// is f e^y, and for y < 1, e^y lies between 1 + y + y^2/2 and that plus y^3/2. Nearly all points lie outside
/// these bounds, so exp is rarely called; the margin is a thousand times the sum of all rounding errors. (No
/// layer has a y above 0.76.)
INLINE unsigned ziggurat_is_below(int is_normal, double x, double edge, double f, double height) {
  double y = is_normal ? 0.5 * (edge * edge - x * x) : edge - x;
  double least = f * (1 + y + 0.5 * y * y);
  unsigned below = height < least * (1 - 1e-12);
  unsigned above = height > (least + f * (0.5 * y * y * y)) * (1 + 1e-12);
  // No branch on which of the two holds: it would be as unpredictable as a coin toss.
  if (__builtin_expect(((below | above) & (unsigned)(y < 1)) == 0, 0))
    below = height < exp(is_normal ? -0.5 * x * x : -x);
  return below;
}

/// Words made ahead while earlier ones are tried, to overlap their latencies: a generator of shifts and sums
/// waits for its own previous word, the trial for memory.
typedef struct {
  sfc64 generator;
  word64 *words;
  size_t made, count;
} ziggurat_ahead;

INLINE void ziggurat_make(ziggurat_ahead *ahead, size_t words) {
  size_t end = ahead->count - ahead->made < words ? ahead->count : ahead->made + words;
  for (; ahead->made < end; ahead->made++)
    ahead->words[ahead->made] = sfc64_next(&ahead->generator);
}

/// Tries `groups` groups of eight words and makes as many words ahead.
INLINE void ziggurat_try(int is_normal, apus_ziggurat_f64 tables, const word64 *words,
                         size_t groups, double *values, unsigned char *refused,
                         ziggurat_ahead *ahead) {
  size_t free = ahead ? (ahead->count - ahead->made) / ZIGGURAT_GROUP : 0;
  size_t both = free < groups ? free : groups;
  for (size_t g = 0; g < groups; g++) {
    refused[g] = (unsigned char)ziggurat_eight(is_normal, tables.layers, words + 8 * g,
                                               values + 8 * g);
    if (g < both) {
#pragma clang loop unroll(full)
      for (int j = 0; j < ZIGGURAT_GROUP; j++)
        ahead->words[ahead->made + (size_t)j] = sfc64_next(&ahead->generator);
      ahead->made += ZIGGURAT_GROUP;
    }
  }
  if (ahead && both < groups) ziggurat_make(ahead, ZIGGURAT_GROUP);
}

/// Makes the values of at most ZIGGURAT_BLOCK words; `available` is the number of words that may be read
/// (with `ahead`, as many as it has made by then).
///
/// A word that fails the quick test in a wedge takes the next word as its height, whether or not the height
/// then rejects it. So all words can be tried, and those that fail found, without waiting for an exponential
/// and almost without a branch; values rejected by their heights, and the words that were heights, are left
/// out when the values are gathered.
INLINE size_t ziggurat_block(int is_normal, apus_ziggurat_f64 tables, int is_twister,
                             const word64 *words, size_t count, size_t available, double *out,
                             size_t *used, ziggurat_ahead *ahead) {
  double values[ZIGGURAT_BLOCK];
  unsigned char kept[ZIGGURAT_BLOCK / 8], refused[ZIGGURAT_BLOCK / 8 + 8] = {0};
  uint32_t rares[ZIGGURAT_BLOCK + 4];
  memset(kept, 0xff, sizeof kept);
  size_t whole = count / 8 * 8, end = count, next = 0, doubtful = 0;
  ziggurat_try(is_normal, tables, words, whole / 8, values, refused, ahead);
  if (ahead) available = (size_t)(ahead->words + ahead->made - words);
  if (whole < count) {
    uint64_t rest[8] = {0};
    memcpy(rest, words + whole, (count - whole) * 8);
    unsigned bits = ziggurat_eight(is_normal, tables.layers, rest, values + whole);
    refused[whole / 8] = (unsigned char)(bits & ((1u << (count - whole)) - 1));
  }
  size_t found = ziggurat_positions(refused, count, rares);
  for (size_t r = 0; r < found; r++) {
    size_t i = rares[r];
    if (i < next) continue;  // already taken by the value of another word
    uint64_t layer = is_normal ? words[i] & 255 : words[i] >> 3 & 255;
    size_t after = i + 2;
    if (after > available || (layer == 0 && !ziggurat_tail(is_normal, is_twister, words, available,
                                                          i, &after, values + i))) {
      end = i;
      break;
    }
    next = after;
    for (size_t word = i + 1; word < next && word < count; word++) ziggurat_drop(kept, word);
    rares[doubtful] = (uint32_t)i;
    doubtful += layer != 0;
  }
  for (size_t r = 0; r < doubtful; r++) {
    size_t i = rares[r];
    uint64_t layer = is_normal ? words[i] & 255 : words[i] >> 3 & 255;
    double x = values[i];
    double height = ziggurat_height(tables.f, layer, double_of(is_twister, words[i + 1]));
    double edge = tables.w[layer] * (is_normal ? 0x1p52 : 0x1p53);
    unsigned accepted = ziggurat_is_below(is_normal, fabs(x), edge, tables.f[layer], height);
    kept[i / 8] &= (unsigned char)~((accepted ^ 1u) << (i % 8));
  }
  for (size_t i = end; i < (end + 7) / 8 * 8; i++) ziggurat_drop(kept, i);
  *used = next > end ? next : end;
  return ziggurat_gather(values, kept, end, out);
}

/// Turns words into values until the words are used up or too few are left for a rare value. Returns the
/// number of values; `used` receives the number of words used. The values may overwrite the words: a block's
/// words are read before its values are written, and it gives no more values than it has words.
INLINE size_t ziggurat(int is_normal, apus_ziggurat_f64 tables, int is_twister,
                       const word64 *words, size_t count, double *out, size_t *used) {
  size_t i = 0, filled = 0;
  while (i < count) {
    size_t taken, block = count - i < ZIGGURAT_BLOCK ? count - i : ZIGGURAT_BLOCK;
    filled += ziggurat_block(is_normal, tables, is_twister, words + i, block, count - i,
                             out + filled, &taken, NULL);
    i += taken;
    if (taken < block) break;
  }
  *used = i;
  return filled;
}

static size_t ziggurat_normal(apus_ziggurat_f64 tables, int is_twister, const uint64_t *words,
                              size_t count, double *out, size_t *used) {
  return ziggurat(1, tables, is_twister, words, count, out, used);
}

static size_t ziggurat_exponential(apus_ziggurat_f64 tables, int is_twister, const uint64_t *words,
                                   size_t count, double *out, size_t *used) {
  return ziggurat(0, tables, is_twister, words, count, out, used);
}

/// Makes the exponentials that `ziggurat` makes of the next `count` words of SFC64, overwriting the words.
static size_t sfc64_exponentials(apus_ziggurat_f64 tables, uint64_t *state, size_t count, double *out,
                                 size_t *used) {
  ziggurat_ahead ahead = {.words = (word64 *)out, .made = 0, .count = count};
  memcpy(&ahead.generator, state, sizeof ahead.generator);
  size_t i = 0, filled = 0;
  while (i < count) {
    // A block needs to see at most one word past its end; a block that took that word leaves one less.
    size_t taken, behind = ahead.made - i;
    if (behind <= ZIGGURAT_ROW_AHEAD) ziggurat_make(&ahead, ZIGGURAT_ROW_AHEAD + ZIGGURAT_GROUP - behind);
    size_t made = ahead.made - i, block = made < ZIGGURAT_ROW_AHEAD ? made : ZIGGURAT_ROW_AHEAD;
    filled += ziggurat_block(0, tables, 0, ahead.words + i, block, made, out + filled, &taken, &ahead);
    i += taken;
    if (taken < block) break;
  }
  memcpy(state, &ahead.generator, sizeof ahead.generator);
  *used = i;
  return filled;
}

/// Computes the attempts in vectors, gathers the accepted ones without a branch, takes logarithms one by one,
/// then divides and takes roots in vectors again.
static size_t legacy_normals(const double *uniforms, size_t attempts, double *out) {
  double first[APUS_POLAR_ATTEMPTS + 8], second[APUS_POLAR_ATTEMPTS + 8];
  double radius[APUS_POLAR_ATTEMPTS + 8], logarithm[APUS_POLAR_ATTEMPTS + 8];
  size_t kept = 0;
  for (size_t i = 0; i < attempts; i++) {
    double x1 = uniforms[2 * i] + uniforms[2 * i] - 1.0;
    double x2 = uniforms[2 * i + 1] + uniforms[2 * i + 1] - 1.0;
    double xx = x1 * x1, yy = x2 * x2;
    first[i] = x1;
    second[i] = x2;
    radius[i] = xx + yy;
  }
  for (size_t i = 0; i < attempts; i++) {
    double x1 = first[i], x2 = second[i], r2 = radius[i];
    first[kept] = x1;
    second[kept] = x2;
    radius[kept] = r2;
    kept += (r2 < 1.0) & (r2 != 0.0);
  }
  for (size_t i = 0; i < kept; i++) logarithm[i] = log(radius[i]);
  for (size_t i = kept; i < kept + 8; i++) radius[i] = logarithm[i] = 1.0;
  for (size_t i = 0; i < kept; i += LANES64) {
    f64v l, r2;
    memcpy(&l, logarithm + i, sizeof l);
    memcpy(&r2, radius + i, sizeof r2);
    f64v f = __builtin_elementwise_sqrt(-2.0 * l / r2);
    memcpy(logarithm + i, &f, sizeof f);
  }
  for (size_t i = 0; i < kept; i++) {
    out[2 * i] = logarithm[i] * second[i];
    out[2 * i + 1] = logarithm[i] * first[i];
  }
  return kept;
}

// Part of Apus, Apache-2.0. See LICENSE.
//
// Compares every block kernel at every level that the processor has with the portable one, bit for
// bit, on many inputs. A static program without Swift, so that an emulator can run it.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ApusRandomKernels.h"

static uint64_t state = 0x9E3779B97F4A7C15u;

static uint64_t next_word(void) {
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  return state * 0x2545F4914F6CDD1Du;
}

static void fill(void *bytes, size_t count) {
  for (size_t i = 0; i < count; i++) ((uint8_t *)bytes)[i] = (uint8_t)(next_word() >> 56);
}

static int failures, comparisons;

static void expect(const char *kernel, size_t size, const void *a, const void *b, size_t bytes) {
  comparisons++;
  if (memcmp(a, b, bytes) == 0) return;
  failures++;
  printf("DIFFERENT %s at size %zu\n", kernel, size);
}

static void make_block(uint32_t *block) {
  fill(block, 624 * 4);
  memcpy(block + 624, block, 16 * 4);
}

static void twister(const apus_kernels *p, const apus_kernels *k) {
  uint32_t a[APUS_MT_BLOCK], b[APUS_MT_BLOCK], c[APUS_MT_BLOCK], d[APUS_MT_BLOCK];
  uint32_t ta[624], tb[624];
  for (size_t round = 0; round < 30; round++) {
    make_block(a);
    make_block(c);
    memcpy(b, a, sizeof a);
    memcpy(d, c, sizeof c);
    p->mt_refill(a), k->mt_refill(b);
    expect("mt_refill", round, a, b, 624 * 4);
    p->mt_refill_temper(a, ta), k->mt_refill_temper(b, tb);
    expect("mt_refill_temper", round, ta, tb, sizeof ta);
    uint32_t ha = p->mt_quarter_circle(a, c), hb = k->mt_quarter_circle(b, d);
    expect("mt_quarter_circle", round, &ha, &hb, 4);
    expect("mt_quarter_circle state", round, c, d, 624 * 4);
  }
}

/// Blocks of equal points near the edge of the circle, so that the exact path decides.
static void edge(const apus_kernels *p, const apus_kernels *k) {
  for (uint32_t bits = 0; bits < 200; bits++) {
    uint32_t a[APUS_MT_BLOCK], b[APUS_MT_BLOCK], c[APUS_MT_BLOCK], d[APUS_MT_BLOCK];
    for (int i = 0; i < APUS_MT_BLOCK; i++) a[i] = 0x7fffff00u + bits, c[i] = bits * 77777u;
    memcpy(b, a, sizeof a);
    memcpy(d, c, sizeof c);
    uint32_t ha = p->mt_quarter_circle(a, c), hb = k->mt_quarter_circle(b, d);
    expect("mt_quarter_circle edge", bits, &ha, &hb, 4);
  }
}

static void conversions(const apus_kernels *p, const apus_kernels *k) {
  static uint32_t words[8192];
  static uint64_t a[4096], b[4096];
  fill(words, sizeof words);
  for (size_t n = 0; n < 70; n++) {
    size_t count = n < 64 ? n : n * 55;
    p->mt_doubles(words, (double *)a, count), k->mt_doubles(words, (double *)b, count);
    expect("mt_doubles", count, a, b, count * 8);
    p->mt_words64(words, a, count), k->mt_words64(words, b, count);
    expect("mt_words64", count, a, b, count * 8);
    p->doubles((uint64_t *)words, (double *)a, count);
    k->doubles((uint64_t *)words, (double *)b, count);
    expect("doubles", count, a, b, count * 8);
  }
}

static void generators(const apus_kernels *p, const apus_kernels *k) {
  static uint64_t a[1024], b[1024];
  for (size_t n = 0; n < 100; n++) {
    uint64_t key[2], ca[4], cb[4];
    fill(key, sizeof key);
    fill(ca, sizeof ca);
    if (n % 3 == 0) ca[0] = UINT64_MAX - n;  // the lowest word carries on the way
    memcpy(cb, ca, sizeof ca);
    p->philox4x64_blocks(ca, key, a, n), k->philox4x64_blocks(cb, key, b, n);
    expect("philox4x64_blocks", n, a, b, n * 32);
    expect("philox4x64_blocks counter", n, ca, cb, 32);
    apus_pcg64 ga, gb;
    fill(&ga, sizeof ga);
    ga.increment_low |= 1;
    gb = ga;
    p->pcg64_words(&ga, a, n), k->pcg64_words(&gb, b, n);
    expect("pcg64_words", n, a, b, n * 8);
    expect("pcg64_words state", n, &ga, &gb, sizeof ga);
    p->pcg64dxsm_words(&ga, a, n), k->pcg64dxsm_words(&gb, b, n);
    expect("pcg64dxsm_words", n, a, b, n * 8);
    expect("pcg64dxsm_words state", n, &ga, &gb, sizeof ga);
    p->sfc64_words(ca, a, n), k->sfc64_words(cb, b, n);
    expect("sfc64_words", n, a, b, n * 8);
    p->xoshiro256_words(ca, a, n), k->xoshiro256_words(cb, b, n);
    expect("xoshiro256_words", n, a, b, n * 8);
    expect("states", n, ca, cb, 32);
    p->philox4x64_doubles(ca, key, (double *)a, n), k->philox4x64_doubles(cb, key, (double *)b, n);
    expect("philox4x64_doubles", n, a, b, n * 32);
  }
}

static void windows(const apus_kernels *p, const apus_kernels *k) {
  static uint32_t sequence[4096], positions[300], a[624], b[624];
  fill(sequence, sizeof sequence);
  for (int i = 0; i < 300; i++) positions[i] = (uint32_t)(11 * i);
  p->mt_combine(sequence, positions, 300, a), k->mt_combine(sequence, positions, 300, b);
  expect("mt_combine", 300, a, b, sizeof a);
}

static void distributions(const apus_kernels *p, const apus_kernels *k) {
  static uint64_t words[1024];
  static double uniforms[1024], a[1024], b[1024];
  for (size_t round = 0; round < 30; round++) {
    fill(words, sizeof words);
    size_t ua = 0, ub = 0;
    int twister = (int)(round & 1);
    size_t na = p->ziggurat_normal(apus_normal_f64(), twister, words, 1024, a, &ua);
    size_t nb = k->ziggurat_normal(apus_normal_f64(), twister, words, 1024, b, &ub);
    expect("ziggurat_normal", round, &na, &nb, sizeof na);
    expect("ziggurat_normal words", round, &ua, &ub, sizeof ua);
    expect("ziggurat_normal values", round, a, b, na * 8);
    na = p->ziggurat_exponential(apus_exponential_f64(), twister, words, 1024, a, &ua);
    nb = k->ziggurat_exponential(apus_exponential_f64(), twister, words, 1024, b, &ub);
    expect("ziggurat_exponential", round, &na, &nb, sizeof na);
    expect("ziggurat_exponential words", round, &ua, &ub, sizeof ua);
    expect("ziggurat_exponential values", round, a, b, na * 8);
    uint64_t sa[4], sb[4];
    memcpy(sa, words, sizeof sa), memcpy(sb, words, sizeof sb);
    na = p->sfc64_exponentials(apus_exponential_f64(), sa, 1024 - round, a, &ua);
    nb = k->sfc64_exponentials(apus_exponential_f64(), sb, 1024 - round, b, &ub);
    expect("sfc64_exponentials", round, &na, &nb, sizeof na);
    expect("sfc64_exponentials values", round, a, b, na * 8);
    expect("sfc64_exponentials state", round, sa, sb, sizeof sa);
    p->doubles(words, uniforms, 1024);
    static uint32_t ta[512], tb[512];
    na = p->r_normals(uniforms, a, ta, 512 - round), nb = k->r_normals(uniforms, b, tb, 512 - round);
    expect("r_normals", round, &na, &nb, sizeof na);
    expect("r_normals values", round, a, b, (512 - round) * 8);
    expect("r_normals tails", round, ta, tb, na * 4);
    uint32_t many = (uint32_t)(words[0] >> 33) + 1, threshold = -many % many;
    uint64_t *oa = (uint64_t *)a, *ob = (uint64_t *)b, wide = (uint64_t)many << 32 | 1;
    na = p->lemire32((uint32_t *)words, 1000 - round, many, threshold, 3, oa);
    nb = k->lemire32((uint32_t *)words, 1000 - round, many, threshold, 3, ob);
    expect("lemire32", round, &na, &nb, sizeof na);
    expect("lemire32 values", round, a, b, na * 8);
    na = p->lemire64(words, 1000 - round, wide, -wide % wide, 3, oa);
    nb = k->lemire64(words, 1000 - round, wide, -wide % wide, 3, ob);
    expect("lemire64", round, &na, &nb, sizeof na);
    expect("lemire64 values", round, a, b, na * 8);
    na = p->masked32((uint32_t *)words, 1000 - round, many, 3, oa);
    nb = k->masked32((uint32_t *)words, 1000 - round, many, 3, ob);
    expect("masked32", round, &na, &nb, sizeof na);
    expect("masked32 values", round, a, b, na * 8);
    na = p->masked64(words, 1000 - round, wide, 3, oa), nb = k->masked64(words, 1000 - round, wide, 3, ob);
    expect("masked64", round, &na, &nb, sizeof na);
    expect("masked64 values", round, a, b, na * 8);
    size_t attempts = round < 20 ? round : 512;
    na = p->legacy_normals(uniforms, attempts, a);
    nb = k->legacy_normals(uniforms, attempts, b);
    expect("legacy_normals", attempts, &na, &nb, sizeof na);
    expect("legacy_normals values", attempts, a, b, 2 * na * 8);
    na = p->quarter_circle(uniforms, uniforms + 500, 500);
    nb = k->quarter_circle(uniforms, uniforms + 500, 500);
    expect("quarter_circle", round, &na, &nb, sizeof na);
  }
}

int main(void) {
  const char *names[] = {"portable", "avx2", "avx512"};
  const apus_kernels *portable = apus_kernels_at(APUS_LEVEL_PORTABLE);
  for (int level = APUS_LEVEL_AVX2; level <= APUS_LEVEL_AVX512; level++) {
    const apus_kernels *kernels = apus_kernels_at(level);
    if (!kernels) {
      printf("%s: not on this processor\n", names[level]);
      continue;
    }
    failures = comparisons = 0;
    twister(portable, kernels);
    edge(portable, kernels);
    conversions(portable, kernels);
    generators(portable, kernels);
    windows(portable, kernels);
    distributions(portable, kernels);
    printf("%s: %d comparisons, %d different\n", names[level], comparisons, failures);
    if (failures) return 1;
  }
  return 0;
}

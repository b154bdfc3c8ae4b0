// Part of Apus, Apache-2.0. See LICENSE.
//
// Block kernels: the few loops that need vector instructions chosen at run time, which Swift
// cannot express without unsafe flags. Goals, in this order: (1) the same bits at every level,
// (2) no state of their own, (3) speed. Callers own all memory; no kernel allocates or fails.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
  APUS_MT_WORDS = 624,    ///< words of MT19937 state
  APUS_MT_BLOCK = 640,    ///< state plus a mirror of its first words; see mt19937.h
  APUS_POLAR_ATTEMPTS = 512 ///< the most attempts in one call of legacy_normals
};

/// Instruction-set levels, lowest first.
enum { APUS_LEVEL_PORTABLE = 0, APUS_LEVEL_AVX2 = 1, APUS_LEVEL_AVX512 = 2 };

/// 128-bit PCG64 state as two words each, high word first.
typedef struct {
  uint64_t state_high, state_low;
  uint64_t increment_high, increment_low;
} apus_pcg64;

/// Ziggurat tables as pointers to 256 entries each (Swift would import arrays as tuples). The normal's `w`
/// for doubles has 512 entries, the second half negated.
typedef struct {
  uint64_t k;
  double w;
} apus_ziggurat_layer;
typedef struct {
  const uint64_t *k;
  const double *w, *f;
  const apus_ziggurat_layer *layers;  ///< k and w side by side, as many as `w`
} apus_ziggurat_f64;
typedef struct {
  const uint32_t *k;
  const float *w, *f;
} apus_ziggurat_f32;

typedef struct {
  /// Replaces the 624 words of `block` (APUS_MT_BLOCK long) by the next 624.
  void (*mt_refill)(uint32_t *block);
  /// The same, and also writes the 624 tempered words.
  void (*mt_refill_temper)(uint32_t *block, uint32_t *tempered);
  /// 2 * count tempered words to count doubles in [0, 1); may work in place.
  void (*mt_doubles)(const uint32_t *words, double *out, size_t count);
  /// 2 * count tempered words to count 64-bit words, first word high.
  void (*mt_words64)(const uint32_t *words, uint64_t *out, size_t count);
  /// Advances both blocks by one refill; returns how many of the 312 points (x from `a`,
  /// y from `b`) have x*x + y*y < 1, decided exactly as in double arithmetic.
  uint32_t (*mt_quarter_circle)(uint32_t *a, uint32_t *b);
  /// out[j] = xor over i of sequence[positions[i] + j], j < 624 (positions ascending).
  void (*mt_combine)(const uint32_t *sequence, const uint32_t *positions, size_t count,
                     uint32_t *out);
  /// Philox4x64-10 blocks of counter+1, counter+2, ...; 4 words each. `counter` is advanced.
  void (*philox4x64_blocks)(uint64_t *counter, const uint64_t *key, uint64_t *out,
                            size_t blocks);
  /// The same as doubles in [0, 1).
  void (*philox4x64_doubles)(uint64_t *counter, const uint64_t *key, double *out, size_t blocks);
  /// The next `count` words of PCG64 (XSL-RR 128/64). `generator` is advanced.
  void (*pcg64_words)(apus_pcg64 *generator, uint64_t *out, size_t count);
  /// The same of PCG64DXSM.
  void (*pcg64dxsm_words)(apus_pcg64 *generator, uint64_t *out, size_t count);
  /// The next `count` words of SFC64 (state a, b, c, counter) and of xoshiro256**.
  void (*sfc64_words)(uint64_t *state, uint64_t *out, size_t count);
  void (*xoshiro256_words)(uint64_t *state, uint64_t *out, size_t count);
  /// The number of lanes of mrg_uniforms, at most 8.
  size_t mrg_lanes;
  /// MRG32k3a in lanes: word i of lane l at state[i * mrg_lanes + l]. Lane l writes its next `count`
  /// uniforms in (0, 1) to out + l * count onwards.
  void (*mrg_uniforms)(double *state, double *out, size_t count);
  /// R's normals from pairs of uniforms. For a normal in a tail, its probability is written instead and its
  /// index appended to `tails`, which has space for `count`. Returns the number of tails.
  size_t (*r_normals)(const double *uniforms, double *out, uint32_t *tails, size_t count);
  /// Lemire's bounded integers: `base` plus a value below `values` for each word that is not rejected,
  /// without gaps; `threshold` is 2^32 (2^64) mod `values`. Returns their number. `out` has space for `count`
  /// and may coincide with 64-bit words.
  size_t (*lemire32)(const uint32_t *words, size_t count, uint32_t values, uint32_t threshold,
                     uint64_t base, uint64_t *out);
  size_t (*lemire64)(const uint64_t *words, size_t count, uint64_t values, uint64_t threshold,
                     uint64_t base, uint64_t *out);
  /// Masked rejection: `base` plus a value in 0...width for each word that is not rejected.
  size_t (*masked32)(const uint32_t *words, size_t count, uint32_t width, uint64_t base,
                     uint64_t *out);
  size_t (*masked64)(const uint64_t *words, size_t count, uint64_t width, uint64_t base,
                     uint64_t *out);
  /// 64-bit words to doubles in [0, 1): (word >> 11) * 2^-53. May work in place.
  void (*doubles)(const uint64_t *words, double *out, size_t count);
  /// Ziggurat: turns words into values, rare ones included, until too few words are left for the next value.
  /// Returns the number of values written; `used` receives the number of words used. `is_twister` says how
  /// words become doubles. `out` may coincide with the words.
  size_t (*ziggurat_normal)(apus_ziggurat_f64 tables, int is_twister, const uint64_t *words,
                            size_t count, double *out, size_t *used);
  size_t (*ziggurat_exponential)(apus_ziggurat_f64 tables, int is_twister, const uint64_t *words,
                                 size_t count, double *out, size_t *used);
  /// The same for the next `count` words of SFC64, which are made in `out`.
  size_t (*sfc64_exponentials)(apus_ziggurat_f64 tables, uint64_t *state, size_t count, double *out,
                               size_t *used);
  /// Legacy polar normals from 2 * attempts uniforms; at most APUS_POLAR_ATTEMPTS attempts.
  /// Returns the number of accepted pairs; writes two values per pair, in drawing order.
  size_t (*legacy_normals)(const double *uniforms, size_t attempts, double *out);
  /// The number of points with x[i]*x[i] + y[i]*y[i] < 1.
  size_t (*quarter_circle)(const double *x, const double *y, size_t count);
} apus_kernels;

/// The kernels of one level, or NULL if this processor or build lacks it.
const apus_kernels *apus_kernels_at(int level);

/// The highest level that this processor supports.
int apus_highest_level(void);

/// The ziggurat tables of NumPy's Generator.
apus_ziggurat_f64 apus_normal_f64(void);
apus_ziggurat_f32 apus_normal_f32(void);
apus_ziggurat_f64 apus_exponential_f64(void);
apus_ziggurat_f32 apus_exponential_f32(void);

#ifdef __cplusplus
}
#endif

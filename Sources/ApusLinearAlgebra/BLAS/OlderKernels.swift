// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom

/// Libraries whose kernels are for processors without AVX-512 although this one has it.
///
/// A library that was built before a processor came out takes it for the last one that it knows: OpenBLAS
/// 0.3.31 takes an AMD Zen 5 for a Haswell and reaches half of what the native kernels do.
enum OlderKernels {
  /// What libraries call the processors that have AVX2 and no AVX-512, or less.
  private static let names: Set<String> = [
    "haswell", "zen", "zen2", "zen3", "excavator", "steamroller", "piledriver", "bulldozer",
    "sandybridge",
    "nehalem", "penryn", "core2", "atom", "bobcat", "barcelona", "opteron", "prescott", "generic",
  ]

  /// Whether the native products are faster: with AVX-512, where the library's kernels do without.
  static func areIn(
    _ kind: LibraryKind, core: String, level: Int32 = NativeLevel.number
  ) -> Bool {
    let tells = kind == .openBLAS || kind == .blis
    return tells && level >= BlockKernels.Level.avx512.rawValue && names.contains(core.lowercased())
  }
}

// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom

/// Recognises libraries whose kernels are for processors without AVX-512 although this one has it.
///
/// A library that is older than the processor takes it for the newest one that it knows: OpenBLAS 0.3.31
/// takes an AMD Zen 5 for a Haswell and reaches half the speed of the native kernels.
enum OutdatedKernels {
  /// The names by which libraries call processors without AVX-512.
  private static let names: Set<String> = [
    "haswell", "zen", "zen2", "zen3", "excavator", "steamroller", "piledriver", "bulldozer",
    "sandybridge",
    "nehalem", "penryn", "core2", "atom", "bobcat", "barcelona", "opteron", "prescott", "generic",
  ]

  /// Whether the native products are faster: with AVX-512, where the library's kernels do not use it.
  static func areUsed(
    by row: LibraryRow, core: String, level: Int32 = NativeLevel.number
  ) -> Bool {
    row.namesItsKernels && level >= BlockKernels.Level.avx512.rawValue
      && names.contains(core.lowercased())
  }
}

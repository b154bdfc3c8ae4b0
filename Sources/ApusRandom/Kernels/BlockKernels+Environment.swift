// Part of Apus, Apache-2.0. See LICENSE.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension BlockKernels {
  /// The kernels in use: the highest level, or the one that `APUS_KERNELS` names.
  package static let current = resolved(
    wish: getenv("APUS_KERNELS").map { String(cString: $0) })

  /// Why the level named by `APUS_KERNELS` is not in use; nil if it is, or if none is named.
  package static let complaint = complaint(
    wish: getenv("APUS_KERNELS").map { String(cString: $0) })

  static func resolved(wish: String?) -> BlockKernels {
    wish.flatMap { Level(named: $0) }.flatMap { BlockKernels($0) } ?? .highest
  }

  static func complaint(wish: String?) -> String? {
    guard let wish, !wish.isEmpty else { return nil }
    let names = Level.allCases.map(\.name).joined(separator: ", ")
    guard let level = Level(named: wish) else {
      return "APUS_KERNELS=\(wish) is not a level (\(names)); using \(highest.level.name)."
    }
    guard BlockKernels(level) != nil else {
      return "This processor lacks \(wish), which APUS_KERNELS asks for; "
        + "using \(highest.level.name)."
    }
    return nil
  }
}

// Part of Apus, Apache-2.0. See LICENSE.

/// How a library spells the names of Fortran routines, and how wide its integers are.
struct FortranSymbols: Sendable, Hashable {
  var prefix: String
  var suffix: String
  /// Whether integers have 64 bits.
  var isWide: Bool

  func name(_ routine: String) -> String { prefix + routine + suffix }

  /// Determines both by calling the library, because names mislead (Debian's 64-bit OpenBLAS has the names of
  /// the 32-bit one).
  static func probe(_ library: SharedLibrary) -> FortranSymbols? {
    for prefix in ["", "scipy_"] {
      for suffix in ["_", "_64_", "64_", "_64", "$NEWLAPACK$ILP64", ""] {
        if let address = library.address(prefix + "isamax" + suffix) {
          return FortranSymbols(prefix: prefix, suffix: suffix, isWide: isWide(address))
        }
      }
    }
    return nil
  }

  /// Whether integers have 64 bits, found by calling `isamax` with a count whose upper half is all ones.
  ///
  /// A library with 32-bit integers sees a count of 3, one with 64-bit integers a negative count, and returns
  /// 0.
  private static func isWide(_ address: UnsafeMutableRawPointer) -> Bool {
    typealias Function =
      @convention(c) (UnsafeRawPointer, UnsafeRawPointer, UnsafeRawPointer) -> Int32
    let isamax = unsafeBitCast(address, to: Function.self)
    var count = Int(bitPattern: 0xffff_ffff_0000_0003)
    var increment = 1
    let numbers: [Float] = [1, 2, 1]
    return isamax(&count, numbers, &increment) == 0
  }
}

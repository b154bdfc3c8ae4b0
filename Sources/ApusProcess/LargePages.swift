// Part of Apus, Apache-2.0. See LICENSE.

/// Memory for large arrays in pages of 2 MB, where the system offers them on request.
///
/// A process that receives an array of 100 MB otherwise takes 25,000 page faults, which is half of the time that the array
/// needs over the loopback. The C library decides once, when a process starts, so that it must be asked by a variable.
package enum LargePages {
  private static let variable = "GLIBC_TUNABLES"
  private static let name = "glibc.malloc.hugetlb"

  /// Asks for them in the environment of a process that is to be started, unless the user has decided.
  package static func request(in environment: inout [String: String]) {
    #if os(Linux)
      let known = environment[variable] ?? ""
      guard !known.contains(name) else { return }
      environment[variable] = (known.isEmpty ? "" : known + ":") + name + "=1"
    #endif
  }
}

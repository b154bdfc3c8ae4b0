// Part of Apus, Apache-2.0. See LICENSE.

/// Tells when so few files and connections can be opened that engines and clients will be refused, and when that is over.
///
/// A pure value.
package struct OpenFileWatch: Sendable {
  /// Below this many there is too little room, and from this many on there is enough again.
  package static let (few, enough) = (32, 64)

  private var isShort = false

  package init() {}

  /// - Returns: what to log, if that has changed.
  package mutating func report(limit: Int, free: Int) -> String? {
    if !isShort && free < Self.few {
      isShort = true
      return
        "only \(free) of \(limit) files and connections can still be opened: engines and clients will not be able to "
        + "connect; raise the limit with ulimit -n"
    }
    if isShort && free >= Self.enough {
      isShort = false
      return "files and connections can be opened again"
    }
    return nil
  }
}

// Part of Apus, Apache-2.0. See LICENSE.

/// A program and its build, to tell an engine of an older build from one of another program.
package struct Build: Sendable, Hashable {
  /// The name of the program's file.
  package let name: String
  /// A digest of its bytes; 0 if they cannot be read.
  package let digest: UInt64

  /// Those of this program.
  package static let own = Build(
    name: String((CommandLine.arguments.first ?? "").split(separator: "/").last ?? ""),
    digest: System.buildDigest)

  package init(name: String, digest: UInt64) { (self.name, self.digest) = (name, digest) }

  /// As it travels: the digest in hexadecimal, and the name.
  package var text: String { String(digest, radix: 16) + " " + name }

  /// - Returns: nil for a text that is none.
  package init?(text: String) {
    let parts = text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let digest = UInt64(parts[0], radix: 16) else { return nil }
    self.init(name: String(parts[1]), digest: digest)
  }

  /// Whether the other one is the same program and another build of it.
  package func isOtherBuild(of other: Build) -> Bool {
    name == other.name && digest != other.digest && digest != 0 && other.digest != 0
  }
}

// Part of Apus, Apache-2.0. See LICENSE.

/// A function as a client has packed it, with its two names.
///
/// Clients and workers name it by MD5, which collides if somebody wants it to; what decides here is SHA-256.
package struct FunctionPackage: Sendable, Hashable {
  package let bytes: [UInt8]
  /// MD5 of the bytes, as 32 digits.
  package let name: [UInt8]
  let digest: [UInt8]

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    name = Digests.md5Text(bytes)
    digest = Digests.sha256(bytes)
  }

  package static func == (a: FunctionPackage, b: FunctionPackage) -> Bool { a.digest == b.digest }

  package func hash(into hasher: inout Hasher) { hasher.combine(digest) }
}

/// The packages that one connection has brought: after the first time a client sends only a package's name.
struct PackageTable: Sendable {
  private let limit: Int
  private var packages: [[UInt8]: FunctionPackage] = [:]
  private(set) var byteCount = 0

  /// - Parameter limit: the most bytes of all packages together.
  init(limit: Int) { self.limit = limit }

  /// The package of a frame: `N` and its bytes, or `H` and its name.
  mutating func take(_ frame: [UInt8]) throws(JobServerError) -> FunctionPackage {
    switch frame.first {
    case UInt8(ascii: "N"):
      // Digests of much that is refused then would hold up everybody.
      guard frame.count <= limit else {
        throw JobServerError("a function of \(frame.count) bytes, of at most \(limit)")
      }
      return try add(FunctionPackage(Array(frame.dropFirst())))
    case UInt8(ascii: "H"):
      // The client connects again and sends the whole package.
      guard let known = packages[Array(frame.dropFirst())] else {
        throw JobServerError("it names a function that it has not sent")
      }
      return known
    default: throw JobServerError("it sends neither a function nor the name of one")
    }
  }

  private mutating func add(_ package: FunctionPackage) throws(JobServerError) -> FunctionPackage {
    byteCount += package.bytes.count - (packages[package.name]?.bytes.count ?? 0)
    guard byteCount <= limit else {
      throw JobServerError("its functions have more than \(limit) bytes")
    }
    packages[package.name] = package
    return package
  }
}

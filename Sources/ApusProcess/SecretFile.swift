// Part of Apus, Apache-2.0. See LICENSE.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file whose first line is a secret, and that nobody else can read.
package enum SecretFile {
  /// Why a secret cannot be taken from a file.
  package struct Problem: Error, CustomStringConvertible {
    package let description: String
  }

  private static let longest = 4096

  /// - Throws: ``Problem`` if the file cannot be read, others can read it, or its first line is empty or longer than 4096 bytes.
  package static func firstLine(of path: String) throws(Problem) -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { throw problem("the file of the secret cannot be read: \(path)") }
    defer { close(file) }
    var facts = stat()
    var bytes = [UInt8](repeating: 0, count: longest + 1)
    guard fstat(file, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
      throw problem("the file of the secret cannot be read: \(path)")
    }
    guard facts.st_mode & 0o077 == 0 else {
      throw problem("others may read the secret in \(path): chmod 600 \(path)")
    }
    let count = read(file, &bytes, bytes.count)
    guard count >= 0 else { throw problem("the file of the secret cannot be read: \(path)") }
    let line = bytes[..<count].prefix { $0 != 10 && $0 != 13 }
    guard !line.isEmpty else { throw problem("the first line of \(path) is empty") }
    guard line.count <= longest else {
      throw problem("the first line of \(path) is longer than \(longest) bytes")
    }
    return Array(line)
  }

  private static func problem(_ text: String) -> Problem { Problem(description: text) }
}

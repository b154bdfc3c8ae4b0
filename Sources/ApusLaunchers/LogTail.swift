// Part of Apus, Apache-2.0. See LICENSE.
#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The last lines of a log.
package enum LogTail {
  private static let lines = 20

  package static func text(of path: String, title: String) -> String {
    let data = FileManager.default.contents(atPath: path) ?? Data()
    let all = String(decoding: data.suffix(16_384), as: UTF8.self).split(separator: "\n")
    let shown = all.suffix(lines).map { "    \($0)" }.joined(separator: "\n")
    return "\n  \(title) (\(path)):\n" + (shown.isEmpty ? "    (nothing)" : shown)
  }
}

// Part of Apus, Apache-2.0. See LICENSE.
import ApusProcess

/// The last lines of a log, for messages.
package enum LogTail {
  private static let lines = 20

  package static func text(of path: String, title: String) -> String {
    let end = LogFile.end(of: path, byteCount: 16_384)
    let all = String(decoding: end, as: UTF8.self).split(separator: "\n")
    let shown = all.suffix(lines).map { "    \($0.prefix(500))" }.joined(separator: "\n")
    return "\n  \(title) (\(path)):\n" + (shown.isEmpty ? "    (nothing)" : shown)
  }
}

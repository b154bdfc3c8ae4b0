// Part of Apus, Apache-2.0. See LICENSE.
import ApusProcess

/// The last lines of a log, for messages.
package enum LogTail {
  private static let lines = 20

  /// - Parameter mark: lines with this mark are not shown.
  package static func text(
    of path: String, title: String, indent: String = "  ", without mark: EngineMark? = nil
  ) -> String {
    let end = LogFile.end(of: path, byteCount: 16_384)
    let all = String(decoding: end, as: UTF8.self).split(separator: "\n")
    let said = all.filter { line in mark.map { !line.hasPrefix($0.word) } ?? true }
    let shown = said.suffix(lines).map { "\(indent)  \($0.prefix(500))" }.joined(separator: "\n")
    return "\n\(indent)\(title) (\(path)):\n" + (shown.isEmpty ? "\(indent)  (nothing)" : shown)
  }
}

// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire

/// The output, result and error of a task, as its engine published them.
package struct TaskOutput: Sendable, Hashable {
  package var executeInput: String?
  package var executeResult: [UInt8]?
  package var error: [UInt8]?
  package var stdout = ""
  package var stderr = ""

  package init() {}

  package var byteCount: Int {
    stdout.utf8.count + stderr.utf8.count + (executeResult?.count ?? 0) + (error?.count ?? 0)
  }
}

extension TaskOutput {
  /// The most characters of standard output, and of standard error, that are kept.
  static let maximumOutputLength = 1 << 20

  /// Adds what an engine has published.
  ///
  /// - Returns: false if it is of a kind that is not kept.
  mutating func add(_ type: MessageType, _ content: JSONValue, _ bytes: [UInt8]) -> Bool {
    switch type.rawValue {
    case "stream":
      let text = content["text"]?.string ?? ""
      if content["name"]?.string == "stderr" {
        Self.append(text, to: &stderr)
      } else {
        Self.append(text, to: &stdout)
      }
    case "error": error = bytes
    case "execute_input": executeInput = content["code"]?.string
    case "execute_result": executeResult = bytes
    default: return false
    }
    return true
  }

  private static func append(_ text: String, to stream: inout String) {
    if stream.utf8.count < maximumOutputLength { stream += text }
  }
}

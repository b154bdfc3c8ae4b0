// Part of Apus, Apache-2.0. See LICENSE.
package import ApusWire

/// The output, result and error of a task, as its engine published them: texts need not be UTF-8.
package struct TaskOutput: Sendable, Hashable {
  package var executeInput: JSONString?
  package var executeResult: [UInt8]?
  package var error: [UInt8]?
  package var stdout = JSONString()
  package var stderr = JSONString()

  package init() {}

  package var byteCount: Int {
    stdout.escaped.count + stderr.escaped.count + (executeResult?.count ?? 0) + (error?.count ?? 0)
      + (executeInput?.escaped.count ?? 0)
  }
}

extension TaskOutput {
  /// The most bytes of standard output, and of standard error, that are kept.
  package static let maximumOutputLength = 1 << 20
  /// The most bytes of a result or an error that are kept.
  package static let maximumResultLength = 16 << 20

  /// Adds what an engine has published.
  ///
  /// - Returns: false if it is of a kind that is not kept.
  /// - Throws: `malformed` if the content is not JSON.
  mutating func add(_ type: MessageType, _ content: Span<UInt8>) throws(WireError) -> Bool {
    switch type.rawValue {
    case "stream":
      let members = try Self.strings(content)
      guard let text = members["text"] else { return false }
      if members["name"] == JSONString("stderr") {
        stderr.append(text, limit: Self.maximumOutputLength)
      } else {
        stdout.append(text, limit: Self.maximumOutputLength)
      }
    case "error": error = try Self.json(content)
    case "execute_input": executeInput = try Self.strings(content)["code"]
    case "execute_result": executeResult = try Self.json(content)
    default: return false
    }
    return true
  }

  /// What a peer wrote, unless it is too large to be kept.
  private static func json(_ content: Span<UInt8>) throws(WireError) -> [UInt8]? {
    guard content.count <= maximumResultLength else { return nil }
    return try JSONText(checking: content.copied).bytes
  }

  /// The members of an object that have one of these names and are strings.
  private static func strings(_ bytes: Span<UInt8>) throws(WireError) -> [String: JSONString] {
    var members = try JSONMembers(bytes)
    var found: [String: JSONString] = [:]
    while let member = try members.next(bytes) {
      for name in ["name", "text", "code"] where bytes.copy(member.key).elementsEqual(name.utf8) {
        found[name] = bytes.jsonString(member.value, limit: maximumOutputLength)
      }
    }
    return found
  }
}

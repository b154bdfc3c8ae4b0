// Part of Apus, Apache-2.0. See LICENSE.

/// The tasks that must finish before a task may run (`after`), or on whose engines it must run (`follow`).
package struct Dependency: Sendable, Hashable {
  package var ids: Set<MessageID>
  /// Whether all of the tasks must finish, or only one of them.
  package var all: Bool
  /// Whether a task that succeeds fulfils the dependency.
  package var success: Bool
  /// Whether a task that fails fulfils the dependency.
  package var failure: Bool

  package init(
    _ ids: Set<MessageID> = [], all: Bool = true, success: Bool = true, failure: Bool = false
  ) {
    self.ids = ids
    self.all = all
    self.success = success
    self.failure = failure
  }

  /// No dependency.
  package static let none = Dependency()

  package var isEmpty: Bool { ids.isEmpty }

  /// The most tasks that one task may depend on.
  package static let most = 100_000

  /// Reads `[ids]` or `{"dependencies": [ids], "all":, "success":, "failure":}`.
  package init(_ value: JSONValue) throws(WireError) {
    if value.isNull {
      self = .none
      return
    }
    guard let list = value["dependencies"] ?? (value.array == nil ? nil : value),
      let ids = list.strings
    else {
      throw WireError(.malformed, "a dependency must be a list of msg_ids or an object with one")
    }
    guard ids.count <= Self.most else {
      throw WireError(
        .tooLarge, "a task that depends on \(ids.count) others, more than \(Self.most)")
    }
    self.init(
      Set(ids.map { MessageID($0) }), all: value["all"]?.bool ?? true,
      success: value["success"]?.bool ?? true, failure: value["failure"]?.bool ?? false)
    guard success || failure || isEmpty else {
      throw WireError(.malformed, "a dependency needs success, failure or both")
    }
  }
}

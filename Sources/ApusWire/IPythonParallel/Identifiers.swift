// Part of Apus, Apache-2.0. See LICENSE.

/// The name of an engine, unique in its cluster: the routing identity of its sockets.
///
/// IPython Parallel calls it `uuid`; the small whole number that people see is the engine's number.
package struct EngineID: Sendable, Hashable, CustomStringConvertible {
  package let uuid: String

  /// The most bytes of a name, so that comparing names from outside takes no time; the rest of a longer one is dropped,
  /// and it is that of no engine.
  package static let longest = 256

  package init(_ uuid: String) {
    self.uuid =
      uuid.utf8.count <= Self.longest
      ? uuid : String(decoding: uuid.utf8.prefix(Self.longest), as: UTF8.self)
  }

  package var description: String { uuid }

  /// What the names of Swift engines begin with, by which clients and controllers tell them from those of Python.
  package static let swiftPrefix = "apus-"

  /// Whether it is the name of a Swift engine, which cannot run Python code.
  package var isSwift: Bool { uuid.hasPrefix(Self.swiftPrefix) }
}

/// The routing identity of a client's socket: the address of its replies.
package struct ClientID: Sendable, Hashable {
  package let bytes: [UInt8]

  package init(_ bytes: [UInt8]) { self.bytes = bytes }
}

/// The name of a task: that of the message which submitted it.
package typealias TaskID = MessageID

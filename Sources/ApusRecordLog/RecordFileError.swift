// Part of Apus, Apache-2.0. See LICENSE.

/// Why a file of records cannot be used.
package struct RecordFileError: Error, Sendable, Hashable, CustomStringConvertible {
  package enum Code: Sendable, Hashable {
    case cannotOpen
    /// Another process writes to it.
    case inUse
    case cannotRead
    case cannotWrite
  }

  package let code: Code
  package let path: String
  /// What the system said; empty if it was not asked.
  package let reason: String

  package init(_ code: Code, _ path: String, reason: String = "") {
    (self.code, self.path, self.reason) = (code, path, reason)
  }

  package var description: String {
    switch code {
    case .cannotOpen: "\(path) cannot be opened: \(reason)"
    case .inUse: "\(path) is in use by another process"
    case .cannotRead: "\(path) cannot be read: \(reason)"
    case .cannotWrite: "\(path) cannot be written: \(reason)"
    }
  }
}

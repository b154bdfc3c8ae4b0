// Part of Apus, Apache-2.0. See LICENSE.

/// Why a job server cannot start, or why it ends a connection.
package struct JobServerError: Error, Sendable, Hashable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }
}

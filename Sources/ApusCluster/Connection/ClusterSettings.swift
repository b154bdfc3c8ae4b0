// Part of Apus, Apache-2.0. See LICENSE.
package import ApusWire

/// How a client reaches a cluster, and how long it waits.
package struct ClusterSettings: Sendable {
  /// The addresses and the key.
  package var file: ConnectionFile
  /// How long the controller may be silent.
  package var controllerTimeout = Duration.seconds(15)
  /// How long a map waits for an engine that can run it.
  package var engineTimeout = Duration.seconds(60)

  /// The most tasks in a message; nil for as many as seem best.
  package var largestBatch: Int?

  package init(_ file: ConnectionFile) { self.file = file }
}

// Part of Apus, Apache-2.0. See LICENSE.
package import ApusTransport
package import ApusWire

/// How an engine joins a controller, and what it runs tasks with.
package struct EngineSettings: Sendable {
  /// The addresses and the key.
  package var file: ConnectionFile
  /// The number of worker processes.
  package var workers = 1
  /// The number that it asks for; nil for the next one.
  package var number: Int?
  /// How long it waits for the controller's answer.
  package var timeout = Duration.seconds(5)
  /// Descriptors whose input, or end, is the end of the engine.
  package var lifelines: [Int32] = []
  /// What is woken to tell the engine to begin nothing more.
  package var warnings: WakePipe?
  /// When its job ends; nil if that is not known.
  package var allocationEnd: AllocationEnd?

  package init(_ file: ConnectionFile) { self.file = file }
}

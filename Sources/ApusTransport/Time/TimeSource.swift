// Part of Apus, Apache-2.0. See LICENSE.
package import ApusWire

/// The clocks that a controller, an engine or a client reads: the system's, or those of a simulation.
package protocol TimeSource {
  /// A time on a scale that never goes back and starts anywhere.
  var now: Instant { get }
  /// The date, which may be set.
  var date: WireDate { get }
}

extension MonotonicClock: TimeSource {}

// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire

/// The clocks of a simulated process: those of its life, until it is killed; from then on its own, so that it comes to its end.
final class ProcessClock: TimeSource {
  private let life: VirtualClock
  /// By how much it is ahead.
  var lead = Duration.zero
  /// By how much its date is wrong, in microseconds.
  var skew = 0

  init(_ life: VirtualClock) { self.life = life }

  var now: Instant { life.now + lead }
  var date: WireDate { WireDate(microseconds: life.date.microseconds + skew) }
}

// Part of Apus, Apache-2.0. See LICENSE.
import ApusController
import ApusTransport
import ApusWire

/// The time of a simulated life; the date may jump.
final class VirtualClock: TimeSource {
  var now = Instant()
  /// What somebody has set the date forward by, in microseconds.
  var offset = 0
  var date: WireDate {
    WireDate(microseconds: 1_700_000_000_000_000 + offset + now.nanoseconds / 1000)
  }
}

// Part of Apus, Apache-2.0. See LICENSE.
import ApusCluster
import ApusController
import ApusTransport
import ApusWire

/// A client of Swift over a simulated network.
class ClientProcess: ClientChannels {
  let process: SimulatedProcess<String>

  init(_ clock: VirtualClock) { process = SimulatedProcess(clock) }

  // MARK: ClientChannels

  func watch(_ channels: [String]) {}
  func linger(on channel: String) {}
  var waker: @Sendable () -> Void { {} }

  func send(_ parcel: Parcel, on channel: String) { process.send(parcel.allBytes, on: channel) }

  func receive(_ channel: String, into parcel: Parcel, milliseconds: Int?) -> Bool {
    if let milliseconds, milliseconds > 0, !process.hasInput(on: channel) {
      process.wait(until: process.clock.now + .milliseconds(milliseconds))
    }
    guard let frames = process.receive(on: channel) else { return false }
    parcel.clear()
    for frame in frames { parcel.append(frame) }
    return true
  }

  func wait(milliseconds: Int) {
    if process.hasInput { return }
    process.wait(until: process.clock.now + .milliseconds(max(1, milliseconds)))
  }
}

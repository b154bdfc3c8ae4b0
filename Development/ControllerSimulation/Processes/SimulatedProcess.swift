// Part of Apus, Apache-2.0. See LICENSE.
import ApusController
import ApusTransport

/// A process with code that ships, on a thread of its own: what it has received, what it has sent, and when it wakes up.
///
/// Port is what its messages come and go through. Whatever it does after it was killed nobody sees.
final class SimulatedProcess<Port: Hashable> {
  let clock: ProcessClock
  private var thread: SteppedThread?
  private var inbox: [Port: Queue<[[UInt8]]>] = [:]
  private var unread = 0
  private var outbox: [(port: Port, frames: [[UInt8]])] = []
  /// When it wakes up, if nothing comes before.
  private(set) var wakesAt: Instant?
  private(set) var isKilled = false
  var hasEnded: Bool { thread?.hasEnded ?? false }

  init(_ clock: VirtualClock) { self.clock = ProcessClock(clock) }

  // MARK: The simulation's side

  func start(_ body: @escaping () -> Void) {
    thread = SteppedThread(body)
    wakesAt = clock.now
  }

  func arrive(_ frames: [[UInt8]], on port: Port) {
    inbox[port, default: Queue()].append(frames)
    unread += 1
  }

  /// Makes it wake up later, because it is frozen.
  func sleep(until time: Instant) { wakesAt = time }

  /// Lets it run until it waits or ends, and returns what it has sent meanwhile.
  func step() -> [(port: Port, frames: [[UInt8]])] {
    wakesAt = nil
    thread?.step()
    defer { outbox.removeAll() }
    return outbox
  }

  /// Ends it.
  func kill() {
    isKilled = true
    // What waits returns at once now.
    thread?.step()
    guard hasEnded else { preconditionFailure("a killed process goes on") }
  }

  // MARK: The process's side

  var hasInput: Bool { unread > 0 }

  func hasInput(on port: Port) -> Bool { !(inbox[port]?.isEmpty ?? true) }

  func receive(on port: Port) -> [[UInt8]]? {
    guard let frames = inbox[port]?.popFirst() else { return nil }
    unread -= 1
    return frames
  }

  func send(_ frames: [[UInt8]], on port: Port) {
    if !isKilled { outbox.append((port, frames)) }
  }

  /// Waits until something has come or a time is there.
  func wait(until time: Instant) {
    if isKilled {
      clock.lead = clock.lead + max(.milliseconds(1), clock.now.duration(to: time))
      return
    }
    wakesAt = time
    thread?.pause()
  }
}

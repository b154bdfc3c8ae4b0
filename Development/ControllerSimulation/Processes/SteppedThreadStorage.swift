// Part of Apus, Apache-2.0. See LICENSE.
import Dispatch
import Foundation

/// A thread that runs only while the simulation waits for it, so that code which blocks can be run under virtual time.
final class SteppedThread: @unchecked Sendable {
  // Only one of the two sides runs at a time: each waits for the other's semaphore.
  private let goesOn = DispatchSemaphore(value: 0)
  private let waits = DispatchSemaphore(value: 0)
  private var body: (() -> Void)?
  private(set) var hasEnded = false
  private var hasBegun = false

  init(_ body: @escaping () -> Void) { self.body = body }

  /// Lets the thread run until it pauses or ends; to be called by the simulation.
  func step() {
    if hasEnded { return }
    if hasBegun { goesOn.signal() } else { begin() }
    guard waits.wait(timeout: .now() + .seconds(60)) == .success else {
      fatalError("a process of the life neither waits nor ends")
    }
  }

  private func begin() {
    hasBegun = true
    let thread = Thread { [self] in
      body?()
      body = nil
      hasEnded = true
      waits.signal()
    }
    thread.stackSize = 1 << 20
    thread.start()
  }

  /// Lets the simulation go on; to be called by the thread.
  func pause() {
    waits.signal()
    goesOn.wait()
  }
}

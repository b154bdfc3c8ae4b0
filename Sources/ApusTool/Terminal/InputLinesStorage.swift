// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom
import ApusWorkers
import Foundation
import Synchronization

/// The lines of the standard input, read by a thread of its own as they come, and only so far ahead.
final class InputLines: WaitingInputs {
  private struct State {
    var lines: [[UInt8]] = []
    var start = 0
    var byteCount = 0
    var isAtEnd = false
    var wake: (@Sendable () -> Void)?
    var isReaderWaiting = false

    var isEmpty: Bool { start == lines.count }
  }

  /// The bytes that are read ahead, at least.
  private static let most = 1 << 20

  private let state = Mutex(State())
  private let hasRoom = DispatchSemaphore(value: 0)
  private let hasMore = DispatchSemaphore(value: 0)
  private let separator: UInt8

  /// Begins to read.
  ///
  /// - Parameter separator: the byte that ends a line.
  init(separator: UInt8) {
    self.separator = separator
    Thread.detachNewThread { self.read() }
  }

  var hasNext: Bool { state.withLock { !$0.isEmpty || $0.isAtEnd } }

  func wakeWhenReady(_ wake: @escaping @Sendable () -> Void) {
    state.withLock { $0.wake = wake }
  }

  func makeIterator() -> AnyIterator<[UInt8]> { AnyIterator { self.next() } }

  /// The next line, for which it waits; nil after the last.
  private func next() -> [UInt8]? {
    while true {
      let (line, isAtEnd, mustWake) = state.withLock { state -> ([UInt8]?, Bool, Bool) in
        guard !state.isEmpty else { return (nil, state.isAtEnd, false) }
        let line = state.lines[state.start]
        state.start += 1
        state.byteCount -= line.count + 1
        if state.start >= 1024, 2 * state.start > state.lines.count {
          state.lines.removeFirst(state.start)
          state.start = 0
        }
        let mustWake = state.isReaderWaiting && state.byteCount < Self.most
        if mustWake { state.isReaderWaiting = false }
        return (line, false, mustWake)
      }
      if mustWake { hasRoom.signal() }
      if line != nil || isAtEnd { return line }
      hasMore.wait()
    }
  }

  // MARK: The reader

  private func read() {
    var rest: [UInt8] = []
    // Unlike read(upToCount:) it does not wait for more than there is.
    while case let data = FileHandle.standardInput.availableData, !data.isEmpty {
      var parts = data.split(separator: separator, omittingEmptySubsequences: false).map {
        Array($0)
      }
      rest += parts[0]
      guard parts.count > 1 else { continue }
      (parts[0], rest) = (rest, parts.removeLast())
      append(parts, isLast: false)
    }
    append(rest.isEmpty ? [] : [rest], isLast: true)
  }

  private func append(_ lines: [[UInt8]], isLast: Bool) {
    let (wake, mustWait) = state.withLock { state in
      state.lines += lines
      state.byteCount += lines.reduce(0) { $0 + $1.count + 1 }
      state.isAtEnd = isLast
      state.isReaderWaiting = !isLast && state.byteCount >= Self.most
      return (state.wake, state.isReaderWaiting)
    }
    hasMore.signal()
    wake?()
    if mustWait { hasRoom.wait() }
  }
}

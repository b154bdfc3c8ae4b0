// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import ApusWorkers
import Synchronization

// Safety: Each ring has one writer and one reader; the memory lives as long as the exchange.

/// Two threads that answer each other through two rings: one sleeps whenever it can, the other looks all the time.
///
/// A wake-up that is lost stops both for ever.
final class RingExchange: Sendable {
  private let memory: SharedMemory
  private let bell: Bell
  private let count: Int
  private let answers = Atomic(0)

  init(count: Int) throws {
    memory = try SharedMemory(byteCount: RingLayout.byteCount(workers: 1))
    bell = try Bell()
    self.count = count
  }

  /// Runs the exchange until it has stood still for some seconds.
  ///
  /// - Returns: whether it came to its end.
  func run(patience: Duration) async -> Bool {
    for side in [ask, answer] {
      Task { try await onOwnThread { side() } }
    }
    var last = 0, since = ContinuousClock.now
    while true {
      let now = answers.load(ordering: .relaxed)
      if now == count { return true }
      if now != last { (last, since) = (now, .now) }
      if ContinuousClock.now - since > patience { return false }
      try? await Task.sleep(for: .milliseconds(20))
    }
  }

  private static let word = [UInt8](repeating: 7, count: 8)

  private func ask() {
    var writer = RingWriter(memory.base + RingLayout.down(to: 0))
    var reader = RingReader(memory.base + RingLayout.up(from: 0))
    var message: [UInt8] = []
    for _ in 0..<count {
      while !Self.word.withUnsafeBytes({ writer.write($0, isLast: true) }) {}
      if writer.shouldWakeReader() { bell.ring() }
      message.removeAll(keepingCapacity: true)
      while (try? reader.read(to: &message)) != .some(.some(true)) {}
      answers.add(1, ordering: .relaxed)
    }
  }

  private func answer() {
    var writer = RingWriter(memory.base + RingLayout.up(from: 0))
    var reader = RingReader(memory.base + RingLayout.down(to: 0))
    var message: [UInt8] = []
    for _ in 0..<count {
      message.removeAll(keepingCapacity: true)
      while (try? reader.read(to: &message)) != .some(.some(true)) {
        if reader.beginSleep() { bell.wait() }
      }
      while !Self.word.withUnsafeBytes({ writer.write($0, isLast: true) }) {}
    }
  }
}

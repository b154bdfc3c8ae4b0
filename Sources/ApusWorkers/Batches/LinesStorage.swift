// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom
import Synchronization

/// Lines that tasks have written, until they travel to the client.
final class LinesStorage: Sendable {
  private struct State {
    var lines: [(index: Int, line: String)] = []
    /// How many lines of each task were left out.
    var leftOut: [Int: Int] = [:]
  }

  private let state = Mutex(State())
  /// More are left out, so that a client that does not come for them costs no memory; a line then says how many.
  static let most = 100_000

  func append(_ index: Int, _ line: String) {
    state.withLock { state in
      if state.lines.count < Self.most {
        state.lines.append((index, line))
      } else {
        state.leftOut[index, default: 0] += 1
      }
    }
  }

  func take(
    where isWanted: (_ index: Int) -> Bool = { _ in true }
  ) -> [(index: Int, line: String)] {
    state.withLock { state in
      var taken = state.lines.filter { isWanted($0.index) }
      state.lines.removeAll { isWanted($0.index) }
      for (index, count) in state.leftOut.sorted(by: { $0.key < $1.key }) where isWanted(index) {
        taken.append((index, "(lines left out: \(count))"))
        state.leftOut[index] = nil
      }
      return taken
    }
  }
}

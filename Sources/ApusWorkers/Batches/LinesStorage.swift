// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom
import Synchronization

/// Lines that tasks have written, until they travel to the client.
final class LinesStorage: Sendable {
  private let lines = Mutex<[(index: Int, line: String)]>([])
  /// More are left out, so that a client that does not come for them costs no memory.
  private static let most = 100_000

  func append(_ index: Int, _ line: String) {
    lines.withLock { lines in
      if lines.count < Self.most { lines.append((index, line)) }
    }
  }

  func take(
    where isWanted: (_ index: Int) -> Bool = { _ in true }
  ) -> [(index: Int, line: String)] {
    lines.withLock { lines in
      let taken = lines.filter { isWanted($0.index) }
      lines.removeAll { isWanted($0.index) }
      return taken
    }
  }
}

// Part of Apus, Apache-2.0. See LICENSE.
import Foundation
import Synchronization

/// Watches for the end of standard input, so that a program ends together with its parent.
final class EndOfInput: Sendable {
  private let flag = Atomic<Bool>(false)

  var hasEnded: Bool { flag.load(ordering: .relaxed) }

  func listen() {
    let thread = Thread { [self] in
      while let data = try? FileHandle.standardInput.read(upToCount: 4096), !data.isEmpty {}
      flag.store(true, ordering: .relaxed)
    }
    thread.start()
  }
}

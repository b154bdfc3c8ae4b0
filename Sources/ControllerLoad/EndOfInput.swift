// Part of Apus, Apache-2.0. See LICENSE.
import Foundation
import Synchronization

/// Whether the standard input has ended, so that a program ends with the one that started it.
final class EndOfInput: Sendable {
  private let flag = Atomic<Bool>(false)

  var hasCome: Bool { flag.load(ordering: .relaxed) }

  func listen() {
    let thread = Thread { [self] in
      while let data = try? FileHandle.standardInput.read(upToCount: 4096), !data.isEmpty {}
      flag.store(true, ordering: .relaxed)
    }
    thread.start()
  }
}

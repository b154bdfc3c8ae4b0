// Part of Apus, Apache-2.0. See LICENSE.
import Foundation
import Synchronization

/// The line of the terminal that a progress bar owns until it is closed; nothing is drawn after that.
final class CanvasStorage: Sendable {
  private let isOpen = Mutex(true)

  func draw(_ line: String) {
    isOpen.withLock { isOpen in
      if isOpen { Terminal.write("\r\(line)\u{1B}[K", to: .standardError) }
    }
  }

  /// Clears the line for good.
  func close() {
    isOpen.withLock { isOpen in
      if isOpen { Terminal.write("\r\u{1B}[K", to: .standardError) }
      isOpen = false
    }
  }
}

// Part of Apus, Apache-2.0. See LICENSE.
import Foundation

/// Standard output and standard error.
enum Terminal {
  /// Writes a line to standard output.
  static func say(_ line: String) { write(line + "\n", to: .standardOutput) }

  /// Writes an error to standard error.
  static func complain(_ message: String) {
    write("apus: error: \(message)\n", to: .standardError)
  }

  /// Writes a warning to standard error.
  static func warn(_ message: String) {
    write("apus: warning: \(message)\n", to: .standardError)
  }

  static func write(_ text: String, to file: FileHandle) {
    try? file.write(contentsOf: Data(text.utf8))
  }

  /// Whether somebody watches standard error.
  static var isWatched: Bool { isatty(STDERR_FILENO) == 1 }

  /// Columns of the terminal behind standard error.
  static var width: Int {
    var size = winsize()
    if ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 {
      return Int(size.ws_col)
    }
    return ProcessInfo.processInfo.environment["COLUMNS"].flatMap { Int($0) } ?? 80
  }
}

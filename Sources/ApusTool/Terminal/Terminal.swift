// Part of Apus, Apache-2.0. See LICENSE.
import Foundation

/// Standard output and standard error.
enum Terminal {
  /// Writes a line to standard output.
  static func say(_ line: String) throws {
    do {
      try FileHandle.standardOutput.write(contentsOf: Data((line + "\n").utf8))
    } catch {
      throw ToolError.failure("Writing the result to standard output failed.")
    }
  }

  /// Writes bytes to standard output; returns false if the reader has closed the pipe, as `head` does.
  static func put(_ bytes: Data) throws -> Bool {
    do {
      try FileHandle.standardOutput.write(contentsOf: bytes)
      return true
    } catch {
      if errno == EPIPE { return false }
      throw ToolError.failure("Writing to standard output failed.")
    }
  }

  /// Ends the process as the system ends one that writes to a closed pipe: a shell sees status 141.
  static func endWithReader() -> Never {
    signal(SIGPIPE, SIG_DFL)
    raise(SIGPIPE)
    exit(141)
  }

  /// Writes an error to standard error.
  static func complain(_ message: String) {
    write("apus: error: \(oneLine(message))\n", to: .standardError)
  }

  /// Joins the lines of a message, which names and fields with line breaks could split.
  private static func oneLine(_ message: String) -> String {
    message.split(whereSeparator: \.isNewline).joined(separator: " ")
  }

  /// Writes a warning to standard error.
  static func warn(_ message: String) {
    write("apus: warning: \(message)\n", to: .standardError)
  }

  static func write(_ text: String, to file: FileHandle) {
    try? file.write(contentsOf: Data(text.utf8))
  }

  /// Whether standard error is a terminal.
  static var isWatched: Bool { isatty(STDERR_FILENO) == 1 }

  /// The width, in columns, of the terminal on standard error.
  static var width: Int {
    var size = winsize()
    if ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 {
      return Int(size.ws_col)
    }
    return ProcessInfo.processInfo.environment["COLUMNS"].flatMap { Int($0) } ?? 80
  }
}

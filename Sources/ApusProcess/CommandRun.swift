// Part of Apus, Apache-2.0. See LICENSE.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A command at work whose answer is read when it has ended.
///
/// Its answer goes through files, so that it never waits for this process.
package final class CommandRun {
  /// What a command has answered.
  package struct Answer: Sendable, Hashable {
    package let status: ChildProcess.ExitStatus
    package let output: String
    package let errors: String

    /// Everything that it wrote, in one text.
    package var text: String {
      (output + errors).split(whereSeparator: \.isNewline).joined(separator: "\n")
    }
  }

  package let words: [String]
  private let child: ChildProcess
  private let base: String

  /// Starts a command.
  ///
  /// - Parameters:
  ///   - folder: where the files with its answer are kept meanwhile.
  ///   - input: its standard input, at most a pipe full.
  /// - Throws: ``ProcessError`` if it cannot be started.
  package init(
    _ words: [String], environment: [String: String], input: String? = nil, folder: String,
    number: Int
  ) throws(ProcessError) {
    self.words = words
    // Hosts that share the folder may have processes of the same number.
    base = "\(folder)/apus-command-\(getpid())-\(number)-\(Self.host)"
    Self.removeFiles(base)
    let pipe = try InputPipe()
    guard input.map(pipe.write) ?? true else {
      throw ProcessError(.cannotStart, "the input of \(words[0]) is longer than a pipe takes")
    }
    do {
      child = try ChildProcess.start(
        words, environment: environment, output: base + ".out", errors: base + ".err",
        input: pipe.readingEnd)
    } catch {
      Self.removeFiles(base)
      throw error
    }
  }

  private static var host: String {
    var name = [CChar](repeating: 0, count: 65)
    guard gethostname(&name, name.count - 1) == 0 else { return "" }
    let bytes = name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    return String(decoding: bytes, as: UTF8.self).filter { $0 != "/" }
  }

  private static func removeFiles(_ base: String) {
    for end in [".out", ".err"] { unlink(base + end) }
  }

  package var pid: Int { child.pid }

  /// Ends the command and what it has started.
  package func kill() { child.killGroup() }

  /// Ends the command, whose answer nobody reads any more.
  package func discard() {
    kill()
    Self.removeFiles(base)
  }

  /// Reads the answer of a command that has ended, and removes its files.
  package func answer(_ status: ChildProcess.ExitStatus) -> Answer {
    defer { Self.removeFiles(base) }
    func text(_ end: String) -> String? {
      SystemFiles.read(base + end).map { String(decoding: $0, as: UTF8.self) }
    }
    guard let output = text(".out"), let errors = text(".err") else {
      return Answer(
        status: .exited(1), output: "", errors: "the answer of \(words[0]) in \(base).out is gone")
    }
    return Answer(status: status, output: output, errors: errors)
  }

  /// Waits for the command to end, and kills it when the time is up.
  package func wait(_ limit: Duration) -> Answer {
    let clock = ContinuousClock()
    let deadline = clock.now + limit
    while true {
      if let status = child.reap() { return answer(status) }
      if clock.now >= deadline { kill() }
      poll(nil, 0, 2)
    }
  }
}

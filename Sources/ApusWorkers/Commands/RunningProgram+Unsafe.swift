// Part of Apus, Apache-2.0. See LICENSE.
import ApusWorkerSystem

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

// Safety: The strings that posix_spawn reads live until it returns, and end with zero bytes.

/// A program that this process has started and waits for.
final class RunningProgram {
  /// The status of a program whose end somebody else has noted.
  private static let unknownStatus = 255

  private let pid: Int32
  private let watch: Int32
  private let file: Int32

  /// Starts a program.
  ///
  /// - Parameters:
  ///   - words: its name or path, and its arguments.
  ///   - variables: those that it gets besides this process's, as NAME=value.
  /// - Throws: ``StartFailure`` if the system does not start it.
  init(_ words: [[UInt8]], _ variables: [[UInt8]]) throws {
    for text in words + variables where text.contains(0) {
      throw StartFailure(description: "an argument has a zero byte, which no program can be given")
    }
    let file = apus_output_file()
    guard file >= 0 else {
      throw StartFailure(description: "the system gave no file for output: \(System.lastError)")
    }
    var watch: Int32 = -1
    let pid = Self.withStrings(words) { words in
      Self.withStrings(variables) { variables in
        let environment = variables.dropLast() + Self.ownVariables
        return apus_start_command(words, Array(environment), file, &watch)
      }
    }
    guard pid > 0 else {
      let reason = System.lastError
      System.close(file)
      let name = String(decoding: words[0], as: UTF8.self)
      throw StartFailure(description: "\(name) cannot be started: \(reason)")
    }
    (self.pid, self.watch, self.file) = (pid, watch, file)
  }

  deinit {
    System.close(file)
    if watch >= 0 { System.close(watch) }
  }

  /// Waits for the program's end, and asks it to end if the task is told to.
  ///
  /// - Parameter longestOutput: the bytes of output beyond which it is ended.
  /// - Returns: its exit status, or the negative of the signal that ended it.
  func wait(longestOutput: Int, isCancelled: () -> Bool) -> Int {
    var isTold = false
    while true {
      withUnsafePointer(to: watch) { _ = apus_wait($0, watch >= 0 ? 1 : 0, 50_000) }
      var status: Int32 = 0
      let ended = waitpid(pid, &status, WNOHANG)
      if ended == pid { return Int(apus_exit_code(status)) }
      if ended < 0, errno == ECHILD { return Self.unknownStatus }
      if System.size(of: file) > longestOutput {
        kill(pid, SIGKILL)
      } else if !isTold, isCancelled() {
        kill(pid, SIGTERM)
        isTold = true
      }
    }
  }

  /// What the program has written to its standard output.
  var output: [UInt8] { System.read(file, from: 0, count: outputSize) }

  /// The number of bytes that it has written.
  var outputSize: Int { System.size(of: file) }

  /// The first of them.
  func output(first count: Int) -> [UInt8] {
    System.read(file, from: 0, count: min(count, outputSize))
  }

  /// This process's variables but those that a worker or a command has of its own, and a null pointer.
  nonisolated(unsafe) private static let ownVariables: [UnsafeMutablePointer<CChar>?] = {
    // Written once, before the first use, and never changed or freed.
    var found: [UnsafeMutablePointer<CChar>?] = []
    var next = environ
    let own = (CommandRun.variableNames + [WorkerProcesses.variable] + ArrayChunk.variables)
      .map { $0 + "=" }
    while let entry = next.pointee {
      if own.allSatisfy({ strncmp(entry, $0, $0.utf8.count) != 0 }) { found.append(strdup(entry)) }
      next += 1
    }
    return found + [nil]
  }()

  private static func withStrings<Output>(
    _ texts: [[UInt8]], _ body: ([UnsafeMutablePointer<CChar>?]) -> Output
  ) -> Output {
    let copies = texts.map { text in
      let copy = UnsafeMutablePointer<CChar>.allocate(capacity: text.count + 1)
      text.withUnsafeBytes { bytes in
        if let base = bytes.baseAddress { memcpy(copy, base, bytes.count) }
      }
      copy[text.count] = 0
      return copy
    }
    defer { copies.forEach { $0.deallocate() } }
    return body(copies + [nil])
  }
}

/// A program that the system does not start.
struct StartFailure: Error, CustomStringConvertible {
  var description: String
}

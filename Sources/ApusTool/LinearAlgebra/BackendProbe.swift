// Part of Apus, Apache-2.0. See LICENSE.
import Foundation

/// Starts this program again to find out whether a backend can be used.
enum BackendProbe {
  struct Answer: Equatable {
    var found: String?
    var refusal: String?
  }

  /// The timeout in seconds for a library that does not answer.
  private static let timeout = 60

  static func ask(_ name: String) throws -> Answer {
    guard let program = Bundle.main.executableURL else {
      throw ToolError.failure("The program cannot find its own executable to start it again.")
    }
    let process = Process()
    let (output, complaint) = (Pipe(), Pipe())
    process.executableURL = program
    process.arguments = ["blas", "show", "--json"]
    process.environment = ProcessInfo.processInfo.environment.merging(
      ["APUS_BLAS": name, "APUS_BLAS_CALIBRATE": "0"]) { $1 }
    process.standardOutput = output
    process.standardError = complaint
    process.standardInput = FileHandle.nullDevice
    let ended = DispatchSemaphore(value: 0)
    process.terminationHandler = { _ in ended.signal() }
    do {
      try process.run()
    } catch {
      throw ToolError.failure("\(program.path) cannot be started: \(error.localizedDescription)")
    }
    // The output is short enough to fit into the buffer of a pipe.
    if ended.wait(timeout: .now() + .seconds(timeout)) == .timedOut {
      kill(process.processIdentifier, SIGKILL)
      return Answer(refusal: "did not answer within \(timeout) s")
    }
    return answer(
      status: process.terminationStatus,
      output: output.fileHandleForReading.readDataToEndOfFile(),
      complaint: complaint.fileHandleForReading.readDataToEndOfFile())
  }

  /// The answer of a process that has ended.
  static func answer(status: Int32, output: Data, complaint: Data) -> Answer {
    struct Summary: Decodable { let summary: String }
    if status == 0, let found = try? JSONDecoder().decode(Summary.self, from: output) {
      return Answer(found: found.summary)
    }
    let lines = String(decoding: complaint, as: UTF8.self).split(separator: "\n").map(String.init)
    guard let last = lines.last else {
      return Answer(refusal: "its process ended (status or signal \(status))")
    }
    let start = "apus: error: APUS_BLAS cannot be used: "
    return Answer(refusal: last.hasPrefix(start) ? String(last.dropFirst(start.count)) : last)
  }
}

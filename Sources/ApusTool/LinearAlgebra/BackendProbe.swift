// Part of Apus, Apache-2.0. See LICENSE.
import Foundation

/// Asks another process of this program whether a backend can be used.
enum BackendProbe {
  struct Answer: Equatable {
    var found: String?
    var refusal: String?
  }

  /// Seconds after which a library that does not answer is given up.
  private static let patience = 60

  static func ask(_ name: String) throws -> Answer {
    guard let program = Bundle.main.executableURL else {
      throw ToolError.failure("The program cannot find its own file to start it again.")
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
    // What it says is short enough for a pipe to hold.
    if ended.wait(timeout: .now() + .seconds(patience)) == .timedOut {
      kill(process.processIdentifier, SIGKILL)
      return Answer(refusal: "did not answer within \(patience) s")
    }
    return answer(
      status: process.terminationStatus,
      output: output.fileHandleForReading.readDataToEndOfFile(),
      complaint: complaint.fileHandleForReading.readDataToEndOfFile())
  }

  /// What a process that has ended says.
  static func answer(status: Int32, output: Data, complaint: Data) -> Answer {
    struct Summary: Decodable { let summary: String }
    if status == 0, let found = try? JSONDecoder().decode(Summary.self, from: output) {
      return Answer(found: found.summary)
    }
    let lines = String(decoding: complaint, as: UTF8.self).split(separator: "\n").map(String.init)
    guard let last = lines.last else { return Answer(refusal: "ended the process (\(status))") }
    let start = "apus: error: APUS_BLAS cannot be followed: "
    return Answer(refusal: last.hasPrefix(start) ? String(last.dropFirst(start.count)) : last)
  }
}

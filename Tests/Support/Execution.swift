// Part of Apus, Apache-2.0. See LICENSE.
public import Foundation

/// What a program printed and how it ended.
public struct Execution: Sendable {
  /// Standard output.
  public let output: String
  /// Standard error.
  public let errors: String
  /// The exit status.
  public let status: Int32

  /// Runs a program to its end.
  ///
  /// - Parameters:
  ///   - program: the program's file.
  ///   - arguments: the program's arguments.
  ///   - environment: variables added to those of this process.
  public static func run(
    _ program: URL, _ arguments: [String], environment: [String: String] = [:]
  ) throws -> Execution {
    let folder = try Project.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let files = ["out", "err"].map { folder.appendingPathComponent($0) }
    for file in files { try Data().write(to: file) }
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: files[0])
    process.standardError = try FileHandle(forWritingTo: files[1])
    try process.run()
    process.waitUntilExit()
    return Execution(
      output: try String(contentsOf: files[0], encoding: .utf8),
      errors: try String(contentsOf: files[1], encoding: .utf8),
      status: process.terminationStatus)
  }
}

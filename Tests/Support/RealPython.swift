// Part of Apus, Apache-2.0. See LICENSE.
public import Foundation

/// The Python with NumPy that `Scripts/test` installs, for comparisons with real NumPy.
public enum RealPython {
  /// The interpreter, or nil if it is not installed.
  public static var interpreter: URL? {
    let chosen = ProcessInfo.processInfo.environment["APUS_TEST_PYTHON"]
    let file = chosen.map { URL(fileURLWithPath: $0) } ?? Project.file(".venv/bin/python")
    return FileManager.default.isExecutableFile(atPath: file.path) ? file : nil
  }

  /// The reason given when comparisons are skipped.
  public static let absence: String =
    "needs the Python environment with NumPy that Scripts/test installs in .venv"

  /// Runs a program and returns the lines that it prints.
  public static func lines(of program: String) throws -> [String] {
    guard let interpreter else { return [] }
    let run = try Execution.run(interpreter, ["-c", program])
    guard run.status == 0 else {
      throw CocoaError(.executableLoad, userInfo: [NSLocalizedDescriptionKey: run.errors])
    }
    return run.output.split(separator: "\n").map(String.init)
  }
}

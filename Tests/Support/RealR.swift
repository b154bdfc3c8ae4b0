// Part of Apus, Apache-2.0. See LICENSE.
public import Foundation

/// The R that `Scripts/test` installs, for comparisons with real R.
public enum RealR {
  /// Rscript, or nil if it is not installed.
  public static var interpreter: URL? {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return folders.map { URL(fileURLWithPath: String($0)).appendingPathComponent("Rscript") }
      .first { FileManager.default.isExecutableFile(atPath: $0.path) }
  }

  /// The reason given when comparisons are skipped.
  public static let absence: String = "needs R (Debian's r-base-core), which Scripts/test installs"

  /// The R function `bits`, which prints doubles in the text form of the vectors.
  public static let bits =
    "bits <- function(x) for (v in x) cat(rev(as.character(writeBin(v, raw(), endian = 'little'))), "
    + "'\\n', sep = '')\n"

  /// Runs a program and returns the lines that it prints.
  public static func lines(of program: String) throws -> [String] {
    guard let interpreter else { return [] }
    let folder = try Project.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("program.R")
    try Data((bits + program).utf8).write(to: file)
    let run = try Execution.run(interpreter, ["--vanilla", file.path])
    guard run.status == 0 else {
      throw CocoaError(.executableLoad, userInfo: [NSLocalizedDescriptionKey: run.errors])
    }
    return run.output.split(separator: "\n").map(String.init)
  }
}

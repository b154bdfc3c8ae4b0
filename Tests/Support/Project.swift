// Part of Apus, Apache-2.0. See LICENSE.
public import Foundation

/// Files of the project, found relative to this source file.
public enum Project {
  /// The project's folder.
  public static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// A file below the project's folder.
  public static func file(_ path: String) -> URL { root.appendingPathComponent(path) }

  /// A file of golden values.
  public static func vectors(_ path: String) throws -> Data {
    try Data(contentsOf: file("Tests/Vectors/" + path))
  }

  /// A program of this build, found next to the running tests.
  public static func program(_ name: String) throws -> URL {
    let folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    let candidates = [folder, file(".build/debug"), file(".build/release")]
    for candidate in candidates.map({ $0.appendingPathComponent(name) })
    where FileManager.default.isExecutableFile(atPath: candidate.path) {
      return candidate
    }
    throw CocoaError(.fileNoSuchFile, userInfo: [NSFilePathErrorKey: name])
  }

  /// A fresh folder that the caller removes.
  public static func temporaryFolder() throws -> URL {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("apus-tests-" + UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
  }
}

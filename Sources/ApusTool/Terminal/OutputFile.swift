// Part of Apus, Apache-2.0. See LICENSE.
import Foundation

/// A file that a command will write.
///
/// It is checked before the work begins, so that no long job ends without a file for its result.
struct OutputFile {
  let path: String

  init(_ path: String) throws {
    guard !path.isEmpty else { throw ToolError.input("The name of the output file is empty.") }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    var isFolder: ObjCBool = false
    let files = FileManager.default
    guard files.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
      throw ToolError.input("Cannot write \(path): there is no folder \(folder).")
    }
    if files.fileExists(atPath: path, isDirectory: &isFolder) {
      guard !isFolder.boolValue else {
        throw ToolError.input("Cannot write \(path): it is a folder.")
      }
      guard files.isWritableFile(atPath: path) else {
        throw ToolError.input("Cannot write \(path): it is write-protected.")
      }
    } else if !files.isWritableFile(atPath: folder) {
      throw ToolError.input("Cannot write \(path): the folder is write-protected.")
    }
    self.path = path
  }

  /// Whether two paths lead to the same file, whether or not it exists; not for devices, such as /dev/stdout.
  static func isSame(_ path: String, _ other: String) -> Bool {
    if path.hasPrefix("/dev/") || other.hasPrefix("/dev/") { return false }
    if resolved(path) == resolved(other) { return true }
    let files = [path, other].map {
      try? FileManager.default.attributesOfItem(atPath: resolved($0))
    }
    guard let first = files[0], let second = files[1] else { return false }
    return first[.systemNumber] as? Int == second[.systemNumber] as? Int
      && first[.systemFileNumber] as? Int == second[.systemFileNumber] as? Int
  }

  private static func resolved(_ path: String) -> String {
    URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath().path
  }

  /// Writes the whole text or, if that fails, leaves the old file unchanged.
  func write(_ text: String) throws {
    do {
      let url = URL(fileURLWithPath: path)
      // A pipe or device, such as /dev/stdout, cannot be replaced by a finished file.
      let values = try? url.resourceValues(forKeys: [.isRegularFileKey])
      let isSpecial = values?.isRegularFile == false
      try Data(text.utf8).write(to: url, options: isSpecial ? [] : .atomic)
    } catch {
      throw ToolError.failure("Writing \(path) failed: \(error.localizedDescription)")
    }
  }
}

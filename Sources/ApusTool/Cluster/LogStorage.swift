// Part of Apus, Apache-2.0. See LICENSE.
#if Cluster
  import ApusProcess
  import Foundation
  import Synchronization

  /// The file that a log is written to, kept within a size.
  ///
  /// Lines that the disk does not take are counted, and the count is written once there is room again.
  final class LogStorage: Sendable {
    /// The size from which on a file is rotated, in bytes.
    static let longest = 16 << 20

    private struct State {
      var file: FileHandle
      var size = 0
      var lost = 0
    }

    private let path: String?
    private let state: Mutex<State>

    /// Writes to an open file, whose size is somebody else's business.
    init(_ file: FileHandle) {
      path = nil
      state = Mutex(State(file: file))
    }

    /// Makes a file for its owner only.
    init(path: String) throws {
      self.path = path
      guard
        FileManager.default.createFile(
          atPath: path, contents: nil, attributes: [.posixPermissions: 0o600]),
        let file = FileHandle(forUpdatingAtPath: path)
      else { throw ToolError.failure("cannot write the log \(path)") }
      state = Mutex(State(file: file))
    }

    /// The lines that could not be written since the last one that was.
    var lostCount: Int { state.withLock(\.lost) }

    func write(_ line: String) {
      state.withLock { state in
        let note =
          state.lost > 0
          ? LogLine.text(level: "error", "\(state.lost) lines of the log could not be written") : ""
        let data = Data((note + line).utf8)
        guard (try? state.file.write(contentsOf: data)) != nil else {
          state.lost += 1
          return
        }
        state.lost = 0
        state.size += data.count
        if let path, state.size > Self.longest, LogFile.rotate(path, keeping: 1 << 20) {
          try? state.file.seek(toOffset: 0)
          state.size = 0
        }
      }
    }
  }
#endif

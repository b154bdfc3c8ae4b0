// Part of Apus, Apache-2.0. See LICENSE.
import ApusProcess
package import ApusWire

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A folder of connection files (IPython's `profile_NAME`), and which of its clusters is meant.
package struct Profile: Sendable, Hashable {
  /// The folder; its subfolders `security`, `log` and `pid` are used.
  package var directory: String
  /// The part of the file names that tells several clusters of a profile apart; empty for the usual one.
  package var clusterID: String
  /// Names or paths to use for the connection files instead of the usual ones.
  package var fileNames: [ConnectionFile.Side: String] = [:]

  package init(directory: String = ".", clusterID: String = "") {
    self.directory = directory
    self.clusterID = clusterID
  }

  package var securityDirectory: String { directory + "/security" }
  package var logDirectory: String { directory + "/log" }

  /// The path of a connection file.
  package func path(_ side: ConnectionFile.Side) -> String {
    let name = fileNames[side] ?? ConnectionFile.name(side, clusterID: clusterID)
    return name.hasPrefix("/") || name.hasPrefix("./") ? name : securityDirectory + "/" + name
  }

  /// Makes the subfolders that are missing; those with secrets are for their owner only.
  ///
  /// - Throws: ``ProfileError`` `.unwritable`.
  package func makeFolders() throws(ProfileError) {
    for (name, mode) in [("log", 0o755), ("pid", 0o700), ("security", 0o700), ("startup", 0o755)] {
      let path = directory + "/" + name
      do {
        try FileManager.default.createDirectory(
          atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: mode])
      } catch {
        throw ProfileError(.unwritable, "cannot make the folder \(path)")
      }
      if mode == 0o700 { Self.tighten(path) }
    }
  }

  /// Takes a folder with secrets away from everybody but its owner, where that is possible.
  private static func tighten(_ path: String) {
    let files = FileManager.default
    let mode = try? files.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    guard let mode, mode & 0o077 != 0 else { return }
    try? files.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path)
  }

  /// Reads a connection file.
  ///
  /// - Throws: ``ProfileError`` `.unreadable`, or ``WireError`` with what is wrong in it.
  package func readConnectionFile(_ side: ConnectionFile.Side) throws -> ConnectionFile {
    let path = path(side)
    guard let data = FileManager.default.contents(atPath: path) else {
      throw ProfileError(.unreadable, "cannot read \(path)")
    }
    return try ConnectionFile(Array(data), side: side)
  }

  /// Reads a connection file, and waits for it if a controller has yet to write it.
  ///
  /// - Throws: as ``readConnectionFile(_:)``, after the timeout.
  package func awaitConnectionFile(
    _ side: ConnectionFile.Side, timeout: Duration
  ) throws -> ConnectionFile {
    let clock = MonotonicClock()
    let end = clock.now + timeout
    // Nothing comes through the pipe: its wait is the time between two looks.
    let pause = Poller()
    while true {
      do {
        return try readConnectionFile(side)
      } catch {
        guard clock.now < end else { throw error }
        _ = pause.wait(milliseconds: 50)
      }
    }
  }

  /// Writes a file whole or not at all.
  ///
  /// - Throws: ``ProfileError`` `.unwritable`.
  package static func write(
    _ bytes: [UInt8], to path: String, mode: UInt32
  ) throws(ProfileError) {
    do {
      try AtomicFile.write(bytes, to: path, mode: mode)
    } catch {
      throw ProfileError(.unwritable, error.message)
    }
  }
}

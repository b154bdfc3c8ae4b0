// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire
import Logging

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A file of a profile that cannot be read or written.
package struct ControllerFileError: Error, Sendable, Hashable, CustomStringConvertible {
  package let path: String
  package let reason: String

  package init(path: String, reason: String) {
    self.path = path
    self.reason = reason
  }

  package var description: String { "cannot use \(path): \(reason)" }
}

/// The files of a profile that a controller writes and reads.
package struct ConnectionFiles {
  private let configuration: ControllerConfiguration

  package init(_ configuration: ControllerConfiguration) { self.configuration = configuration }

  /// Makes the profile's folders that are missing; those with secrets and numbers are for their owner only.
  package func makeFolders() throws(ControllerFileError) {
    for (name, mode) in [("log", 0o755), ("pid", 0o700), ("security", 0o700), ("startup", 0o755)] {
      let path = configuration.profileDirectory + "/" + name
      do {
        try FileManager.default.createDirectory(
          atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: mode])
      } catch {
        throw ControllerFileError(path: path, reason: "the folder cannot be made")
      }
    }
  }

  /// Writes both, the client's first, each whole or not at all.
  func write(client: ConnectionFile, engine: ConnectionFile) throws(ControllerFileError) {
    for file in [client, engine] {
      try Self.write(Array(file.text.utf8), to: configuration.path(file.side), mode: 0o600)
    }
  }

  /// Removes the files, unless another controller has written its own in their place.
  func remove(client: ConnectionFile, engine: ConnectionFile, log: Logger) {
    for file in [client, engine] {
      let path = configuration.path(file.side)
      guard (try? read(file.side)) == file else {
        log.warning("left \(path): another controller has written it, or somebody removed it")
        continue
      }
      if (try? FileManager.default.removeItem(atPath: path)) == nil {
        log.error("could not remove \(path)")
      }
    }
  }

  /// Removes the sockets of the file system that a controller listened at; libzmq leaves them there.
  func removeSockets(of file: ConnectionFile) {
    guard file.interface.hasPrefix("ipc://") else { return }
    for port in Array(file.ports.values) + file.broadcastPorts {
      let address = file.address(port: port) { _ in true }
      try? FileManager.default.removeItem(atPath: String(address.dropFirst(6)))
    }
  }

  /// The keys that a controller whose files are used again needs too.
  private var curvePath: String {
    let part = configuration.clusterID.isEmpty ? "" : "-\(configuration.clusterID)"
    return configuration.securityDirectory + "/ipcontroller\(part)-curve.json"
  }

  /// The keys of an earlier controller, or new ones that are kept for the next; only for files that are used again.
  package func keptCurve() throws -> CurveKeys {
    if let data = FileManager.default.contents(atPath: curvePath),
      let value = try? JSONValue(Array(data)), let publicKey = value["public"]?.string,
      let secretKey = value["secret"]?.string
    {
      return CurveKeys(publicKey: publicKey, secretKey: secretKey)
    }
    let keys = try CurveKeys.make()
    let text = JSONText(["public": .string(keys.publicKey), "secret": .string(keys.secretKey)])
    try Self.write(text.bytes, to: curvePath, mode: 0o600)
    return keys
  }

  /// The files of an earlier controller, if both are there, fit together and to the keys of this one.
  func readKnown(log: Logger) -> (client: ConnectionFile, engine: ConnectionFile)? {
    do {
      let client = try read(.client)
      let engine = try read(.engine)
      guard client.key == engine.key, client.ports["registration"] == engine.ports["registration"],
        client.signatureScheme == engine.signatureScheme
      else { throw WireError(.unusable, "the files of client and engine do not fit together") }
      guard client.curveServerKey == configuration.curve?.publicKey,
        engine.curveServerKey == configuration.curve?.publicKey
      else { throw WireError(.unusable, "they are for other CURVE keys, or for none") }
      return (client, engine)
    } catch {
      log.warning("no connection files are used again: \(error)")
      return nil
    }
  }

  private func read(_ side: ConnectionFile.Side) throws -> ConnectionFile {
    let path = configuration.path(side)
    guard let data = FileManager.default.contents(atPath: path) else {
      throw ControllerFileError(path: path, reason: "it cannot be read")
    }
    return try ConnectionFile(Array(data), side: side)
  }

  func readEngines(log: Logger) -> EngineState? {
    let path = configuration.stateFile
    guard let data = FileManager.default.contents(atPath: path) else {
      log.warning("no engines are taken over: \(path) cannot be read")
      return nil
    }
    do {
      return try EngineState(Array(data))
    } catch {
      log.warning("no engines are taken over: \(path): \(error)")
      return nil
    }
  }

  func write(_ state: EngineState, log: Logger) {
    do {
      try Self.write(state.text.bytes, to: configuration.stateFile, mode: 0o644)
    } catch {
      log.error("\(error)")
    }
  }

  /// Writes a file beside its place and moves it there, so that nobody reads half of it.
  static func write(
    _ bytes: [UInt8], to path: String, mode: Int
  ) throws(ControllerFileError) {
    let draft = path + ".\(HostName.process).new"
    let files = FileManager.default
    try? files.removeItem(atPath: draft)
    guard
      files.createFile(
        atPath: draft, contents: Data(bytes), attributes: [.posixPermissions: mode])
    else { throw ControllerFileError(path: draft, reason: "it cannot be written") }
    guard RenamedFile.rename(draft, to: path) else {
      try? files.removeItem(atPath: draft)
      throw ControllerFileError(path: path, reason: "it cannot be replaced")
    }
  }
}

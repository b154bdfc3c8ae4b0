// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire
import Logging

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The files of a profile that a controller writes and reads.
package struct ConnectionFiles {
  private let settings: ControllerSettings

  package init(_ settings: ControllerSettings) { self.settings = settings }

  private var profile: Profile { settings.profile }

  /// The paths of the connection files, the client's first.
  var paths: [String] { [profile.path(.client), profile.path(.engine)] }

  /// Writes both files, the client's first, each whole or not at all.
  func write(
    _ files: (client: ConnectionFile, engine: ConnectionFile)
  ) throws(ProfileError) {
    for file in [files.client, files.engine] {
      try Profile.write(Array(file.text.utf8), to: profile.path(file.side), mode: 0o600)
    }
  }

  /// Removes the files, unless they are kept for the next controller, or another one has replaced them.
  func removeUnlessKept(
    _ files: (client: ConnectionFile, engine: ConnectionFile), log: Logger
  ) {
    if settings.reusesFiles { return }
    for file in [files.client, files.engine] {
      let path = profile.path(file.side)
      do {
        guard try profile.readConnectionFile(file.side) == file else {
          log.warning("left \(path): another controller has written it")
          continue
        }
      } catch {
        log.warning("left \(path): \(error)")
        continue
      }
      if (try? FileManager.default.removeItem(atPath: path)) == nil {
        log.error("could not remove \(path)")
      }
    }
  }

  /// The files of an earlier controller, if both are there and match each other and the keys of this one.
  func readKnown(log: Logger) -> (client: ConnectionFile, engine: ConnectionFile)? {
    do {
      let client = try profile.readConnectionFile(.client)
      let engine = try profile.readConnectionFile(.engine)
      guard client.key == engine.key, client.ports["registration"] == engine.ports["registration"],
        client.signatureScheme == engine.signatureScheme
      else { throw WireError(.unusable, "the files of client and engine do not match") }
      guard client.curveServerKey == settings.curve?.publicKey,
        engine.curveServerKey == settings.curve?.publicKey
      else { throw WireError(.unusable, "they are for other CURVE keys, or for none") }
      return (client, engine)
    } catch {
      log.warning("no connection files are used again: \(error)")
      return nil
    }
  }

  /// The engines of an earlier controller; nil, with a warning, if they cannot be read.
  func readEngines(log: Logger) -> EngineState? {
    let path = settings.stateFile
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

  /// Saves the engines for the next controller.
  func write(_ state: EngineState) throws(ProfileError) {
    try Profile.write(state.text.bytes, to: settings.stateFile, mode: 0o644)
  }
}

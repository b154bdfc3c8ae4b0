// Part of Apus, Apache-2.0. See LICENSE.
import ApusController
import ApusParallel
import ApusRandom
import ApusTransport
import ApusWire
import Dispatch
import Logging
import Synchronization

/// A controller on a thread of this process.
final class ControllerThread: Sendable {
  /// What clients and engines connect by.
  let client: ConnectionFile
  let engine: ConnectionFile
  private let stopper: @Sendable () -> Void
  private let ended: DispatchSemaphore

  private struct Started: Sendable {
    let client: ConnectionFile
    let engine: ConnectionFile
    let stopper: @Sendable () -> Void
  }

  /// Starts a controller, and waits until it listens on free ports of the loopback.
  ///
  /// - Parameters:
  ///   - folder: gets the folders of a profile.
  ///   - configure: changes its settings.
  /// - Throws: what the controller throws.
  init(
    folder: String, _ configure: @escaping @Sendable (inout ControllerSettings) -> Void = { _ in }
  ) throws {
    let (started, ended) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    let outcome = Outcome()
    Task {
      try await onOwnThread {
        defer { ended.signal() }
        do {
          var settings = ControllerSettings()
          settings.profile = Profile(directory: folder)
          settings.store = .none
          configure(&settings)
          try settings.profile.makeFolders()
          let log = Logger(label: "apus") { _ in SwiftLogNoOpLogHandler() }
          let controller = try SocketController(settings, log: log)
          let files = controller.connectionFiles
          outcome.set(
            .success(
              Started(client: files.client, engine: files.engine, stopper: controller.stopper)))
          started.signal()
          controller.run()
        } catch {
          outcome.set(.failure(error))
          started.signal()
        }
      }
    }
    started.wait()
    let found = try outcome.get()
    (client, engine, stopper) = (found.client, found.engine, found.stopper)
    self.ended = ended
  }

  /// Stops the controller, and waits until it has closed its sockets.
  func stop() {
    stopper()
    _ = ended.wait(timeout: .now() + 10)
  }

  private final class Outcome: Sendable {
    private let result = Mutex<Result<Started, any Error>?>(nil)

    func set(_ value: Result<Started, any Error>) { result.withLock { $0 = value } }

    func get() throws -> Started {
      guard let result = result.withLock({ $0 }) else { throw CancellationError() }
      return try result.get()
    }
  }
}

// Part of Apus, Apache-2.0. See LICENSE.
package import ApusController
import ApusTransport
package import ApusWire
import Foundation
package import Logging

/// A controller for tests, on a thread of its own and with its profile in a folder of its own.
package final class RunningController: Sendable {
  package let client: ConnectionFile
  package let engine: ConnectionFile
  private let stopper: @Sendable () -> Void
  private let ended: DispatchSemaphore

  private final class Start: @unchecked Sendable {
    // Written by the controller's thread before `started` is signalled, read after it.
    var result: Result<(ConnectionFile, ConnectionFile, @Sendable () -> Void), any Error>?
    let started = DispatchSemaphore(value: 0)
  }

  /// - Parameters:
  ///   - settings: the settings; its profile's folder must exist.
  ///   - archive: creates the archive, on the controller's thread.
  package init(
    _ settings: ControllerSettings, log: Logger? = nil,
    archive: (@Sendable () throws -> any RecordArchive)? = nil
  ) throws {
    let start = Start()
    let ended = DispatchSemaphore(value: 0)
    let log = log ?? Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let thread = Thread {
      do {
        try settings.profile.makeFolders()
        let controller = try SocketController(settings, log: log, archive: try archive?())
        let files = controller.connectionFiles
        start.result = .success((files.client, files.engine, controller.stopper))
        start.started.signal()
        controller.run()
      } catch {
        start.result = .failure(error)
        start.started.signal()
      }
      ended.signal()
    }
    thread.stackSize = 8 << 20
    thread.start()
    start.started.wait()
    guard let result = start.result else { preconditionFailure("the start has no result") }
    (client, engine, stopper) = try result.get()
    self.ended = ended
  }

  /// Stops the controller and waits until it has ended.
  ///
  /// - Returns: false if it did not end in time.
  @discardableResult
  package func stop(within seconds: Double = 10) -> Bool {
    stopper()
    return waitForEnd(seconds: seconds)
  }

  /// Waits for an end that was requested elsewhere.
  package func waitForEnd(seconds: Double = 10) -> Bool {
    guard ended.wait(timeout: .now() + seconds) == .success else { return false }
    ended.signal()  // for the next call
    return true
  }
}

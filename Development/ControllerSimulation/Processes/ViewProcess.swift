// Part of Apus, Apache-2.0. See LICENSE.
import ApusCluster
import ApusTransport
import ApusWire

/// A client of Swift that sends requests to engines, with the code that ships.
final class ViewProcess: ClientProcess {
  /// The end of a request.
  struct End {
    let id: MessageID
    let result: Result<WireMessage, any Error>
  }

  private var requests: [ViewRequest] = []
  private var ends: [End] = []
  /// What has ended it before its time.
  private(set) var failure: (any Error)?

  init(name: String, _ file: ConnectionFile, _ clock: VirtualClock) throws {
    super.init(clock)
    let connection = try ClientConnection(
      file, channels: self, clock: process.clock, session: name, process: 1)
    process.start { [unowned self] in
      do {
        try run(connection, file)
      } catch {
        failure = error
      }
    }
  }

  private func run(_ connection: ClientConnection, _ file: ConnectionFile) throws {
    let driver = try RequestDriver<MessageID>(
      ClusterSettings(file), connection, clock: process.clock)
    while !process.isKilled {
      for request in requests { take(driver.send(request, request.id)) }
      requests = []
      take(try driver.turn())
    }
  }

  private func take(_ new: [RequestDriver<MessageID>.End]) {
    ends += new.map { End(id: $0.waiter, result: $0.result) }
  }

  /// Gives it a request to send when it wakes up.
  func add(_ request: ViewRequest) { requests.append(request) }

  func takeEnds() -> [End] {
    defer { ends = [] }
    return ends
  }
}

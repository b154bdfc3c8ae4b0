// Part of Apus, Apache-2.0. See LICENSE.
import ApusTesting
import ApusWire
import Foundation
import TestSupport

@testable import ApusCluster

/// A controller, simulated engines and a client, all in this process; the test's thread drives engines and client.
final class TestCluster {
  let folder: URL
  let controller: RunningController
  let context: TransportContext
  let client: SimulatedClient
  var engines: SimulatedEngines

  /// How long anything may take, in milliseconds.
  static let patience = 20_000

  init(
    engines count: Int = 0,
    archive: (@Sendable (String) throws -> any RecordArchive)? = nil,
    configure: (inout ControllerConfiguration) -> Void = { _ in }
  ) throws {
    folder = try Project.temporaryFolder()
    var configuration = ControllerConfiguration()
    configuration.profileDirectory = folder.path
    configure(&configuration)
    let path = folder.path
    var make: (@Sendable () throws -> any RecordArchive)?
    if let archive { make = { try archive(path) } }
    controller = try RunningController(configuration, archive: make)
    context = try TransportContext()
    client = try SimulatedClient(controller.client, in: context)
    client.patience = 50
    engines = try SimulatedEngines(count, controller.engine, in: context)
    if count > 0 {
      try engines.register()
      try waitForEngines(count)
    }
  }

  deinit {
    controller.stop()
    try? FileManager.default.removeItem(at: folder)
  }

  /// Joins other engines to those that are there.
  func join(_ count: Int) throws -> SimulatedEngines {
    let more = try SimulatedEngines(count, controller.engine, in: context)
    try more.register()
    return more
  }

  struct TooLate: Error { let what: String }

  /// Serves the engines until something is true.
  func wait(for what: String, _ isTrue: () throws -> Bool) throws {
    let deadline = ControllerClock.nanoseconds + Self.patience * 1_000_000
    while try !isTrue() {
      guard ControllerClock.nanoseconds < deadline else { throw TooLate(what: what) }
      try engines.serve(milliseconds: 5)
    }
  }

  /// Asks the controller while the engines are served.
  func ask(_ type: String, _ content: JSONValue = [:]) throws -> JSONValue {
    try askWithBuffers(type, content).content
  }

  func askWithBuffers(
    _ type: String, _ content: JSONValue = [:]
  ) throws -> (type: String, content: JSONValue, buffers: [[UInt8]]) {
    let id = try client.send(type, JSONText(content), on: "registration")
    let message = try reply(to: id, on: "registration")
    let header = try MessageHeader(message.header.span)
    return (header.type.rawValue, message.contentValue, message.buffers)
  }

  /// The reply to a request, while the engines are served; others that come are kept for later.
  func reply(to id: MessageID, on channel: String) throws -> WireMessage {
    var found: WireMessage?
    try wait(for: "a reply to \(id) on \(channel)") {
      if let kept = kept[channel]?.removeValue(forKey: id) { found = kept }
      client.patience = 1
      while found == nil, let message = try client.receive(channel) {
        if message.requestID == id {
          found = message
        } else if let other = message.requestID {
          kept[channel, default: [:]][other] = message
        }
      }
      return found != nil
    }
    guard let found else { throw TooLate(what: channel) }
    return found
  }

  private var kept: [String: [MessageID: WireMessage]] = [:]

  func waitForEngines(_ count: Int) throws {
    try wait(for: "\(count) engines") {
      try ids().count == count
    }
  }

  /// The engines that the controller tells of: number and uuid.
  func ids() throws -> [String: String] {
    try ask("connection_request")["engines"]?.object?.compactMapValues(\.string) ?? [:]
  }

  /// Subscribes to notifications and returns once they arrive.
  func listenForNotifications() throws {
    _ = try client.socket("notification")
    // A subscription is known to the controller once something has come through it.
    let probe = try join(1)
    try wait(for: "a notification") {
      try probe.serve(milliseconds: 1)
      client.patience = 1
      return try client.receive("notification") != nil
    }
    probe.kill(0)
    try wait(for: "the end of the probe") {
      client.patience = 1
      return try client.receive("notification")?.typeName == "unregistration_notification"
    }
  }
}

extension WireMessage {
  var typeName: String? { (try? MessageHeader(header.span))?.type.rawValue }
}

extension TestCluster {
  /// Takes in and forgets what has come for the client, except for answers of the controller itself.
  func drain() {
    client.patience = 0
    for channel in ["task", "mux", "control", "broadcast"] {
      while let message = try? client.receive(channel) { _ = message }
    }
    client.patience = Self.patience
  }
}

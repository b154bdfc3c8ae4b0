// Part of Apus, Apache-2.0. See LICENSE.
import ApusCluster
import ApusTransport
import ApusWire
import Foundation
import SimulatedCluster
import TestSupport

@testable import ApusController

/// A controller, simulated engines and a client, all in this process; the test's thread drives engines and client.
final class TestCluster {
  let folder: URL
  let controller: RunningController
  let context: TransportContext
  let client: SimulatedClient
  var engines: SimulatedEngines

  /// How long anything may take.
  static let timeout = Duration.seconds(20)

  init(
    engines count: Int = 0,
    archive: (@Sendable (String) throws -> any RecordArchive)? = nil,
    configure: (inout ControllerSettings) -> Void = { _ in }
  ) throws {
    folder = try Project.temporaryFolder()
    var settings = ControllerSettings()
    settings.profile.directory = folder.path
    configure(&settings)
    let path = folder.path
    var make: (@Sendable () throws -> any RecordArchive)?
    if let archive { make = { try archive(path) } }
    controller = try RunningController(settings, archive: make)
    context = try TransportContext()
    client = try SimulatedClient(controller.client, in: context)
    client.timeout = .milliseconds(50)
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

  /// Starts more engines and returns them once they have joined.
  func join(_ count: Int) throws -> SimulatedEngines {
    let more = try SimulatedEngines(count, controller.engine, in: context)
    try more.register()
    return more
  }

  struct TooLate: Error { let what: String }

  /// Serves the engines until a condition holds.
  func wait(
    for what: String, within timeout: Duration = timeout, _ isTrue: () throws -> Bool
  ) throws {
    let clock = MonotonicClock()
    let deadline = clock.now + timeout
    while try !isTrue() {
      guard clock.now < deadline else { throw TooLate(what: what) }
      try engines.serve(milliseconds: 5)
    }
  }

  /// Queries the controller while the engines are served.
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

  /// Waits for the reply to a request while the engines are served; other replies are kept for later.
  func reply(
    to id: MessageID, on channel: String, within timeout: Duration = timeout
  ) throws -> WireMessage {
    var found: WireMessage?
    try wait(for: "a reply to \(id) on \(channel)", within: timeout) {
      if let kept = kept[channel]?.removeValue(forKey: id) { found = kept }
      client.timeout = .milliseconds(1)
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

  /// The engines that the controller lists, by ID, with their uuids.
  func ids() throws -> [String: String] {
    try ask("connection_request")["engines"]?.object?.compactMapValues(\.string) ?? [:]
  }

  /// Subscribes to notifications and returns once they arrive.
  func listenForNotifications() throws {
    _ = try client.sockets.socket("notification")
    // The controller knows of the subscription once a notification has arrived.
    let probe = try join(1)
    try wait(for: "a notification") {
      try probe.serve(milliseconds: 1)
      client.timeout = .milliseconds(1)
      return try client.receive("notification") != nil
    }
    probe.kill(0)
    try wait(for: "the end of the probe") {
      client.timeout = .milliseconds(1)
      return try client.receive("notification")?.typeName == "unregistration_notification"
    }
  }
}

extension WireMessage {
  var typeName: String? { (try? MessageHeader(header.span))?.type.rawValue }
}

extension TestCluster {
  /// Discards all messages for the client, except replies of the controller itself.
  func drain() {
    client.timeout = .milliseconds(0)
    for channel in ["task", "mux", "control", "broadcast"] {
      while let message = try? client.receive(channel) { _ = message }
    }
    client.timeout = Self.timeout
  }
}

extension SimulatedEngines.SimulatedEngine {
  var uuid: String { id.uuid }
}

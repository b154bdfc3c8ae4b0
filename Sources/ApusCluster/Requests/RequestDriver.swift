// Part of Apus, Apache-2.0. See LICENSE.
package import ApusTransport
package import ApusWire

/// Sends requests and finds who waits for a reply; used by one thread.
package final class RequestDriver<Waiter> {
  /// The end of a request.
  package struct End {
    package let waiter: Waiter
    package let result: Result<WireMessage, any Error>
  }

  private static var channels: [String] { ["mux", "task", "control"] }
  private static var pingInterval: Duration { .seconds(2) }
  /// The most requests that one question names.
  private static var mostAsked: Int { 1000 }

  private let settings: ClusterSettings
  private let connection: ClientConnection
  private let clock: any TimeSource
  private let parcel = Parcel()
  private var pending = PendingRequests<Waiter>()
  private var lastHeard: Instant
  private var nextPing: Instant
  /// The name of the controller's messages, which another one does not have; nil before it was heard.
  private var controller: String?
  private var askedFirst: Instant?
  /// How long the controller may be silent, as it has said itself.
  private var reconnectLimit = Duration.zero
  /// Whether the controller says which requests it has; that of IPython Parallel does not.
  private var canBeAsked = false

  package init(
    _ settings: ClusterSettings, _ connection: ClientConnection,
    clock: any TimeSource = MonotonicClock()
  ) throws {
    (self.settings, self.connection, self.clock) = (settings, connection, clock)
    (lastHeard, nextPing) = (clock.now, clock.now)
    try connection.channels.watch(Self.channels + ["notification", "registration"])
  }

  /// Sends a request; returns its end if that has come already.
  package func send(_ request: ViewRequest, _ waiter: Waiter) -> [End] {
    do {
      try send(request)
    } catch {
      return [End(waiter: waiter, result: .failure(error))]
    }
    let now = clock.now
    // The controller is asked at once, so that another one is known for another.
    if pending.count == 0 { (lastHeard, nextPing) = (now, now) }
    pending.add(
      request, waiter, deadline: request.timeout.map { now + $0 } ?? .distantFuture, now: now)
    return []
  }

  private func send(_ request: ViewRequest, isRepeated: Bool = false) throws {
    try connection.send(
      request.type.rawValue, request.content, metadata: request.metadata,
      to: request.engine.map { [$0.uuid] } ?? [], buffers: request.buffers, id: request.id,
      isRepeated: isRepeated, on: request.channel)
  }

  func cancel(_ id: MessageID) -> [End] {
    pending.take(id).map { [End(waiter: $0, result: .failure(CancellationError()))] } ?? []
  }

  func takeAll(_ error: any Error) -> [End] {
    pending.takeAll().map { End(waiter: $0, result: .failure(error)) }
  }

  /// Waits for what comes in, and returns the requests that have ended.
  package func turn() throws -> [End] {
    let now = clock.now
    let next = min(pending.nextDeadline ?? .distantFuture, nextPing)
    connection.channels.wait(
      milliseconds: max(0, min(500, now.duration(to: next).milliseconds)))
    return try receive() + look()
  }

  private func receive() throws -> [End] {
    var ends: [End] = []
    for channel in Self.channels {
      while let message = try next(channel) {
        guard let id = message.requestID else { continue }
        guard let waiter = pending.take(id) else {
          if let unknown = message.contentValue["unknown"]?.strings { try sendAgain(unknown) }
          continue
        }
        ends.append(End(waiter: waiter, result: .success(message)))
      }
    }
    while let message = try next("registration") { ends += try heard(message) }
    while let message = try next("notification") { ends += notice(message) }
    return ends
  }

  private func next(_ channel: String) throws -> WireMessage? {
    while true {
      do {
        let message = try connection.next(channel, parcel)
        if message != nil { lastHeard = clock.now }
        return message
      } catch is WireError {
        continue
      }
    }
  }

  /// Sends requests once more that the controller does not have: they were lost with a connection.
  private func sendAgain(_ unknown: [String]) throws {
    for id in unknown {
      if let request = pending[MessageID(id)] { try send(request, isRepeated: true) }
    }
  }

  /// Asks the controller for what was awaited for a while: a request or its answer may be lost.
  private func ask(_ awaited: [ViewRequest]) throws {
    for channel in ["task", "mux"] {
      var requests = awaited.filter { $0.channel == channel }[...]
      while let first = requests.first {
        let ids = requests.prefix(Self.mostAsked).map(\.id.text)
        requests = requests.dropFirst(Self.mostAsked)
        try connection.send(
          "apus_await_request", JSONText(object: [("msg_ids", .strings(ids))]),
          to: first.engine.map { [$0.uuid] } ?? [], on: channel)
      }
    }
  }

  /// Sends all requests once more if the controller is another one: it may not have them, and knows no way to this client.
  private func heard(_ message: WireMessage) throws -> [End] {
    let content = message.contentValue
    if let limit = content["apus_reconnect_limit"]?.integer { reconnectLimit = .seconds(limit) }
    canBeAsked = content["apus_awaits"]?.bool ?? false
    guard let session = (try? MessageHeader(message.header.span))?.session, session != controller
    else { return [] }
    // One that was asked long ago may have died before it could answer.
    let wasKnown = controller != nil
    let isAnother = wasKnown || askedFirst.map { $0 + .seconds(1) < clock.now } ?? false
    controller = session
    guard isAnother else { return [] }
    // Only a controller with a journal has what the one before it was sent.
    guard reconnectLimit > .zero else {
      let text = "The controller was started anew, and had no journal: what it had is lost."
      return wasKnown ? takeAll(ClusterError(.unreachable, text)) : []
    }
    for request in pending.requests where request.channel != "control" {
      try send(request, isRepeated: true)
    }
    return []
  }

  private func notice(_ message: WireMessage) -> [End] {
    guard let header = try? MessageHeader(message.header.span) else { return [] }
    switch header.type.rawValue {
    case "unregistration_notification":
      let content = message.contentValue
      guard let uuid = content["uuid"]?.string else { return [] }
      let error = EngineError(
        engine: content["id"]?.integer ?? -1, name: "EngineError",
        message: "the engine left the cluster before it had answered", traceback: [])
      return pending.take(of: EngineID(uuid)).map { End(waiter: $0, result: .failure(error)) }
    case "shutdown_notification":
      return takeAll(ClusterError(.unreachable, "The controller was shut down."))
    default: return []
    }
  }

  /// Ends what has waited for too long, and notices a controller that does not answer.
  private func look() throws -> [End] {
    let now = clock.now
    let late = ClusterError(.timedOut, "The reply did not come in time.")
    var ends = pending.takeExpired(now: now).map { End(waiter: $0, result: .failure(late)) }
    guard nextPing <= now else { return ends }
    nextPing = now + Self.pingInterval
    guard pending.count > 0 else { return ends }
    let timeout = max(settings.controllerTimeout, reconnectLimit)
    if lastHeard + timeout <= now {
      ends += takeAll(
        ClusterError(
          .unreachable,
          "The controller at \(settings.file.interface) has not answered for \(timeout)."
        ))
    }
    try connection.send("connection_request", on: "registration")
    if canBeAsked { try ask(pending.takeAwaited(now: now)) }
    if askedFirst == nil { askedFirst = now }
    return ends
  }
}

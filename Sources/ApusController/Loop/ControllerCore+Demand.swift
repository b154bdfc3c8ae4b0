// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire
import Logging

/// Engines that are started as the queue needs, and released when they have nothing to do.
extension ControllerCore {
  /// The routing identity of the controller's own requests to engines.
  ///
  /// A client's own never starts with a letter.
  static let itself = "controller"

  /// Answers a launcher that starts engines on demand, or a client that wants some kept.
  mutating func answerSupply(_ query: Query) {
    demands.supplied(now: exchange.now)
    exchange.reply(to: query, [])
  }

  mutating func answerKeep(_ query: Query) throws(RemoteError) {
    guard let engines = query.content["engines"]?.integer, engines >= 0 else {
      throw RemoteError("ValueError", "the number of engines to keep must be 0 or more")
    }
    guard demands.isSupplied(now: exchange.now) else {
      throw RemoteError(
        "RuntimeError",
        "the engines of this cluster are not started on demand: start it with --max")
    }
    demands.keep(engines)
    exchange.reply(to: query, [])
  }

  /// Tells engines to end that have nothing to do, and gives them nothing more.
  ///
  /// A launcher names them with the number of requests that each had answered when it was last seen idle. An engine that has
  /// had something to do since then stays.
  mutating func release(_ query: Query) {
    var released: [JSONText] = []
    for (number, completed) in query.content["engines"]?.object ?? [:] {
      guard let number = Int(number), let engine = engines.registry.engine(number: number),
        completed.integer == tasks.completed[engine.id].count, isIdle(engine.id)
      else { continue }
      sendShutdown(to: engine.id)
      exchange.log(.info, "\(engine) has nothing to do and is released")
      handle(.endAnnounced(engine.id))
      released.append(.integer(number))
    }
    exchange.reply(to: query, [("released", JSONText(array: released))])
  }

  private func isIdle(_ engine: EngineID) -> Bool {
    direct.requests.count(at: engine) == 0 && tasks.scheduler.taskCount(at: engine) == 0
      && !broadcasts.isOpen(at: engine) && !held.engines.contains(engine)
      && !engines.isReturning(engine)
  }

  private mutating func sendShutdown(to engine: EngineID) {
    let message = exchange.message(
      MessageType("shutdown_request"), JSONText(["restart": .bool(false)]),
      parent: Array("{}".utf8))
    guard let header = try? MessageHeader(message.header.span) else { return }
    let frames = message.frames(
      identities: [Array(Self.itself.utf8)], signer: exchange.signer)
    exchange.send(
      EngineMessage(
        parcel: Parcel(frames), engine: engine, channel: .control,
        purpose: .direct(header, parent: message.header, ClientID(Array(Self.itself.utf8)))))
  }

  /// Whether a reply `[engine, client, delimiter, …]` is to a request of the controller's own, which nobody waits for.
  func isOwn(_ parcel: Parcel) -> Bool { parcel.count > 1 && parcel.holds("controller", at: 1) }
}

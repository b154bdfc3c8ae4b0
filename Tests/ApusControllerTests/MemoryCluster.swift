// Part of Apus, Apache-2.0. See LICENSE.
import ApusController
import ApusRandom
import ApusTransport
import ApusWire
import Logging
import Testing

/// A whole controller without sockets, threads or waiting: a test plays its clients and engines and
/// advances the clock.
final class MemoryCluster {
  let transport = MemoryTransport()
  let clock = ManualClock()
  let signer: MessageSigner
  private let controller: Controller<MemoryTransport, ManualClock>
  private var maker = MessageMaker(session: "client", process: 1, username: "test")

  init(
    archive: (any RecordArchive)? = nil, restoring engines: [String]? = nil,
    journal storage: (any JournalStorage)? = nil, syncs: Bool = false,
    sizes: Journal.Sizes = .init(),
    at start: Instant = Instant(),
    _ configure: (inout ControllerSettings) -> Void = { _ in }
  ) throws {
    var settings = ControllerSettings()
    clock.now = start
    settings.reusesFiles = true  // no connection files are removed at the end
    settings.profile.directory = "/no/such/folder"
    configure(&settings)
    signer = try MessageSigner(key: Array("key".utf8), scheme: settings.signatureScheme)
    var core = try ControllerCore(
      settings, key: "key", channels: .emptyObject, hasArchive: archive != nil,
      session: "controller", process: 1, random: Philox4x64(SeedSequence(1)), now: clock.now)
    if let engines {
      let numbered = Dictionary(
        uniqueKeysWithValues: engines.map { EngineID($0) }.enumerated().map { ($0, $1) })
      core.restore(EngineState(engines: numbered, nextNumber: engines.count))
      core.restoreRequests()
    }
    var journal: Journal?
    if let storage {
      // The client goes on, and does not use its identifiers again.
      maker = MessageMaker(
        session: "client", process: (try storage.segments().last ?? 0) + 1, username: "test")
      let opened = try Journal.open(storage, syncs: syncs, sizes: sizes) { [damages] in
        damages.texts.append($0)
      }
      core.setTime(clock.now, date: clock.date)
      core.restore(opened.contents)
      journal = opened.journal
    }
    controller = Controller(
      core, transport: transport, clock: clock, files: ConnectionFiles(settings),
      log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, archive: archive,
      journal: journal)
  }

  /// What was said of damaged segments.
  final class Damages { var texts: [String] = [] }
  let damages = Damages()

  /// Lets the controller take in what has arrived and do what is due.
  @discardableResult
  func turn(after duration: Duration = .zero) -> Bool {
    clock.advance(by: duration)
    let goesOn = controller.turn(milliseconds: 0)
    #expect(controller.violatedInvariants() == [])
    return goesOn
  }

  // MARK: Clients

  /// The routing identity of the client.
  var client = "c"

  /// Sends a request of the client.
  @discardableResult
  func send(
    _ type: String, _ content: JSONText = .emptyObject, metadata: JSONText = .emptyObject,
    to identities: [String] = [], on channel: Channel, id: MessageID? = nil
  ) -> MessageID {
    let id = id ?? maker.nextID()
    let message = WireMessage(
      header: maker.header(MessageType(type), id: id, date: clock.date), metadata: metadata.bytes,
      content: content.bytes, buffers: [[1, 2, 3]])
    let names = ([client] + identities).map { Array($0.utf8) }
    transport.put(message.frames(identities: names, signer: signer), on: channel)
    return id
  }

  /// Submits a task.
  func submit(retries: Int = 0, timeout: Double = 0) -> MessageID {
    let metadata: JSONValue = ["retries": .integer(retries), "timeout": .number(timeout)]
    return send("apply_request", metadata: JSONText(metadata), on: .taskClients)
  }

  /// Submits a task once more, as a client of Swift does that finds another controller.
  func submitAgain(_ id: MessageID) throws {
    let message = WireMessage(
      header: maker.header(.applyRequest, id: id, date: clock.date),
      parent: Array("{\"apus_repeated\":true}".utf8), metadata: Array("{}".utf8),
      content: Array("{}".utf8), buffers: [[1, 2, 3]])
    transport.put(
      message.frames(identities: [Array(client.utf8)], signer: signer), on: .taskClients)
  }

  /// The replies that the client got on a channel, as "ok", "aborted" or the name of an error, by request.
  func replies(_ channel: Channel) throws -> [MessageID: String] {
    var found: [MessageID: String] = [:]
    for frames in transport.take(channel) {
      let (identities, message) = try WireMessage.read(frames, signer: signer)
      #expect(identities.first == Array(client.utf8))
      let content = try JSONValue(message.content)
      let id = try #require(try MessageHeader.id(message.parent.span))
      #expect(found[id] == nil, "one reply to each request")
      found[id] = content["ename"]?.string ?? content["status"]?.string ?? "?"
    }
    return found
  }

  /// Asks the controller and returns the content of its answer.
  func ask(_ type: String, _ content: JSONValue = [:]) throws -> JSONValue {
    let id = send(type, JSONText(content), on: .query)
    turn()
    for frames in transport.take(.query) {
      let (_, message) = try WireMessage.read(frames, signer: signer)
      if try MessageHeader.id(message.parent.span) == id { return try JSONValue(message.content) }
    }
    return .null
  }

  /// The contents of the answers sent to clients on a channel since the last call, by request.
  func answers(_ channel: Channel) throws -> [MessageID: JSONValue] {
    var found: [MessageID: JSONValue] = [:]
    for frames in transport.take(channel) {
      let message = try WireMessage.read(frames, signer: signer).1
      if let id = try MessageHeader.id(message.parent.span) {
        found[id] = try JSONValue(message.content)
      }
    }
    return found
  }

  /// The contents of the messages sent to clients on a channel since the last call.
  func contents(_ channel: Channel) throws -> [JSONValue] {
    try transport.take(channel).map {
      try JSONValue(try WireMessage.read($0, signer: signer).1.content)
    }
  }

  // MARK: Engines

  /// Makes an engine ask to join.
  func register(_ id: EngineID) {
    let content = JSONText(["uuid": .string(id.uuid)])
    var own = MessageMaker(session: id.uuid, process: 7, username: "")
    let message = own.message(
      MessageType("registration_request"), content: content, date: clock.date)
    transport.put(
      message.frames(identities: [Array(id.uuid.utf8)], signer: signer), on: .query)
  }

  /// Answers the last ping for an engine through a connection.
  func answerPing(_ id: EngineID, connection: Int32) {
    guard let ping = transport.sent.last(where: { $0.channel == .ping })?.frames.first else {
      return
    }
    transport.put([Array(id.uuid.utf8), ping], on: .pong, connection: connection)
  }

  /// Makes an engine join whose heartbeat comes through a connection.
  func join(_ id: EngineID, connection: Int32) {
    register(id)
    turn()
    turn()
    answerPing(id, connection: connection)
    transport.reachable.insert(id)
    turn()
  }

  /// The requests that engines got on a channel since the last call: engine and request.
  func requests(_ channel: Channel) throws -> [(engine: EngineID, frames: [[UInt8]])] {
    transport.take(channel).map {
      (EngineID(String(decoding: $0[0], as: UTF8.self)), Array($0.dropFirst()))
    }
  }

  /// Makes an engine reply to a request.
  func reply(
    _ engine: EngineID, to request: [[UInt8]], status: String = "ok", on channel: Channel
  ) throws {
    let (identities, message) = try WireMessage.read(request, signer: signer)
    var own = MessageMaker(
      session: engine.uuid + (try #require(try MessageHeader.id(message.header.span))).text,
      process: 7, username: "")
    let reply = own.message(
      .applyReply, content: JSONText(["status": .string(status)]), parent: message.header,
      metadata: JSONText(["status": .string(status), "engine": .string(engine.uuid)]),
      date: clock.date)
    transport.put(
      reply.frames(identities: [Array(engine.uuid.utf8)] + identities, signer: signer),
      on: channel)
  }
}

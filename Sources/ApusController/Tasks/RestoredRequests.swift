// Part of Apus, Apache-2.0. See LICENSE.
package import ApusTransport
package import ApusWire

/// The requests that an earlier controller left unfinished: which engine may still answer them, and which answers their
/// clients have yet to hear.
///
/// A client's connections get new names when it reconnects, so it can be answered only after it has sent something, which
/// tells under which name its session is known now. A pure value.
package struct RestoredRequests {
  /// A request that an engine may still be working on.
  package struct Open: Sendable, Hashable {
    package let id: MessageID
    package let engine: EngineID
    package let session: String
    package let channel: EngineChannel
    /// Whether this controller has routed it itself: its answer goes the usual way, and only its loss is of interest here.
    package var isRouted = false
    /// Whether this controller has routed it itself, for a client that has reconnected since.
    var isRedirected = false
    /// Whether a question to its engine, which was sent behind it, shows whether the engine has it.
    var isProbed = false

    /// Whether its loss is that of a message to one engine, and not of what an earlier controller knew.
    package var isLostOnTheWay: Bool { channel == .mux && (isRouted || isRedirected) }
  }

  /// An answer for a client.
  package struct Answer {
    package let id: MessageID
    package let reply: Envelope
  }

  /// A request that asks an engine for nothing: its answer shows that all before it have been answered.
  private struct Probe: Hashable {
    let engine: EngineID
    let channel: EngineChannel
  }

  private struct Client: Hashable {
    let session: String
    let channel: EngineChannel
  }

  private var open: [MessageID: Open] = [:]
  /// Those at each engine, and the number of those that this controller has not routed itself.
  private var openAt: [EngineID: Set<MessageID>] = [:]
  private var unroutedCount = 0
  private var unsent: Set<Probe> = []
  private var probes: [MessageID: Probe] = [:]
  /// The last probe of each engine and channel that was not answered.
  private var outstanding: [Probe: MessageID] = [:]
  private var answers: [Client: [Answer]] = [:]
  private var kept: Set<MessageID> = []
  /// The clients of tasks that the scheduler has.
  private var tasks: [MessageID: Client] = [:]
  private var names: [Client: ClientID] = [:]
  private var keptBytes = 0

  /// The most bytes of answers that are kept for clients.
  package static let longestKept = 64 << 20

  package init() {}

  /// Whether replies may be for such a request.
  package var hasOpen: Bool { !open.isEmpty || !probes.isEmpty }
  /// Whether clients have yet to hear of something.
  package var concernsClients: Bool { unroutedCount > 0 || !answers.isEmpty || !tasks.isEmpty }

  /// Whether the answer to a request waits for its client.
  package func keeps(_ id: MessageID) -> Bool { kept.contains(id) }

  private mutating func set(_ request: Open) {
    remove(request.id)
    open[request.id] = request
    openAt[request.engine, default: []].insert(request.id)
    if !request.isRouted { unroutedCount += 1 }
  }

  @discardableResult
  private mutating func remove(_ id: MessageID) -> Open? {
    guard let request = open.removeValue(forKey: id) else { return nil }
    openAt[request.engine]?.remove(id)
    if openAt[request.engine]?.isEmpty ?? false { openAt[request.engine] = nil }
    if !request.isRouted { unroutedCount -= 1 }
    return request
  }

  /// Notes whose request an engine has; the answer goes to the client's present connection.
  package mutating func redirect(_ request: Open) {
    guard open[request.id]?.isRouted ?? true else { return }
    var request = request
    (request.isProbed, request.isRedirected) = (open[request.id]?.isProbed ?? false, true)
    set(request)
  }

  /// Notes whose task the scheduler has.
  package mutating func expect(_ id: MessageID, from session: String) {
    tasks[id] = Client(session: session, channel: .task)
  }

  /// Removes and returns the session of the client to which a task belongs that has ended.
  package mutating func takeSession(of id: MessageID) -> String? {
    remove(id)
    return tasks.removeValue(forKey: id)?.session
  }

  /// Adds a request that an engine may still be working on.
  package mutating func begin(_ request: Open) {
    set(request)
    open[request.id]?.isProbed = true
    unsent.insert(Probe(engine: request.engine, channel: request.channel))
  }

  /// Adds a request that an engine was sent, and of which it is asked whether it has it; one that is known stays what it is.
  package mutating func ask(_ request: Open) {
    if open[request.id].map(\.isRouted) ?? true { set(request) }
    open[request.id]?.isProbed = true
    unsent.insert(Probe(engine: request.engine, channel: request.channel))
  }

  /// Ends a request that its engine has answered; nil if it is none of these.
  package mutating func end(_ id: MessageID, by engine: EngineID) -> Open? {
    guard let request = open[id], request.engine == engine, !request.isRouted else { return nil }
    return remove(id)
  }

  /// Ends all requests of an engine that is gone.
  package mutating func engineGone(_ engine: EngineID) -> [Open] {
    for channel in EngineChannel.allCases {
      let probe = Probe(engine: engine, channel: channel)
      unsent.remove(probe)
      forget(probe)
    }
    // What this controller has routed is lost without it.
    return removeAll(at: engine) { _ in true }.filter { !$0.isRouted }
  }

  private mutating func removeAll(at engine: EngineID, _ isMeant: (Open) -> Bool) -> [Open] {
    let ended = (openAt[engine] ?? []).compactMap { open[$0] }.filter(isMeant)
    for request in ended { remove(request.id) }
    return ended.sorted { $0.id.text < $1.id.text }
  }

  private mutating func forget(_ probe: Probe) {
    if let id = outstanding.removeValue(forKey: probe) { probes[id] = nil }
  }

  /// Forgets what this controller has routed to an engine, because the engine is asked for it anew; answers to earlier probes say
  /// nothing of what it was given since, and they are sent again.
  package mutating func forgetRouted(at engine: EngineID) {
    _ = removeAll(at: engine) { $0.isRouted }
    for channel in EngineChannel.allCases {
      let probe = Probe(engine: engine, channel: channel)
      if outstanding[probe] != nil { unsent.insert(probe) }
      forget(probe)
    }
  }

  /// Whether an engine is being asked for a request.
  package func isAsking(_ id: MessageID) -> Bool {
    guard let request = open[id], request.isProbed else { return false }
    let probe = Probe(engine: request.engine, channel: request.channel)
    return outstanding[probe] != nil || unsent.contains(probe)
  }

  /// Notes that a probe could not be sent, which says nothing of the requests before it: the engine is asked again when it is
  /// heard.
  ///
  /// - Returns: false if it is no probe.
  package mutating func probeFailed(_ id: MessageID) -> Bool {
    guard let probe = probes.removeValue(forKey: id) else { return false }
    if outstanding[probe] == id { outstanding[probe] = nil }
    unsent.insert(probe)
    return true
  }

  // MARK: Probes

  /// The channels on which an engine that was heard must be probed, each once.
  package mutating func takeProbes(of engine: EngineID) -> [EngineChannel] {
    if unsent.isEmpty { return [] }
    return EngineChannel.allCases.filter {
      unsent.remove(Probe(engine: engine, channel: $0)) != nil
    }
  }

  package func isProbe(_ id: MessageID) -> Bool { probes[id] != nil }

  package mutating func probed(_ engine: EngineID, _ channel: EngineChannel, by id: MessageID) {
    let probe = Probe(engine: engine, channel: channel)
    probes[id] = probe
    outstanding[probe] = id
  }

  /// Ends the requests that came before a probe that was answered or could not be sent; nil if it is no probe.
  ///
  /// - Parameter known: those that the engine has said to have.
  package mutating func probeEnded(_ id: MessageID, known: Set<MessageID> = []) -> [Open]? {
    guard let probe = probes.removeValue(forKey: id) else { return nil }
    if outstanding[probe] == id { outstanding[probe] = nil }
    return removeAll(at: probe.engine) {
      $0.isProbed && $0.channel == probe.channel && !known.contains($0.id)
    }
  }

  // MARK: Clients

  /// Keeps an answer until its client is heard.
  ///
  /// - Returns: the name of the client, if it was heard already; then nothing is kept.
  package mutating func answer(
    _ session: String, _ id: MessageID, _ reply: Envelope, on channel: EngineChannel
  ) -> ClientID? {
    let client = Client(session: session, channel: channel)
    if let name = names[client] { return name }
    // Its result stays in the records.
    guard keptBytes + reply.byteCount <= Self.longestKept else { return nil }
    keptBytes += reply.byteCount
    answers[client, default: []].append(Answer(id: id, reply: reply))
    kept.insert(id)
    return nil
  }

  /// The name of a client; nil if it was not heard.
  package func name(of session: String, on channel: EngineChannel) -> ClientID? {
    names[Client(session: session, channel: channel)]
  }

  /// Notes under which name a client is known now.
  ///
  /// - Returns: the answers that were kept for it.
  package mutating func heard(
    _ session: String, as name: ClientID, on channel: EngineChannel
  ) -> [Answer] {
    let client = Client(session: session, channel: channel)
    names[client] = name
    let due = answers.removeValue(forKey: client) ?? []
    keptBytes -= due.reduce(0) { $0 + $1.reply.byteCount }
    for answer in due { kept.remove(answer.id) }
    return due
  }
}

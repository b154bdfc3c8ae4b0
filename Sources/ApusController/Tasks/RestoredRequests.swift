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
    /// Whether a question to its engine, which was sent behind it, shows whether the engine has it.
    var isProbed = false
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
  private var unsent: Set<Probe> = []
  private var probes: [MessageID: Probe] = [:]
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
  package var concernsClients: Bool { !open.isEmpty || !answers.isEmpty || !tasks.isEmpty }

  /// Whether the answer to a request waits for its client.
  package func keeps(_ id: MessageID) -> Bool { kept.contains(id) }

  /// Notes whose request an engine has, which is not asked for it.
  package mutating func redirect(_ request: Open) {
    if open[request.id] == nil { open[request.id] = request }
  }

  /// Notes whose task the scheduler has.
  package mutating func expect(_ id: MessageID, from session: String) {
    tasks[id] = Client(session: session, channel: .task)
  }

  /// Removes and returns the session of the client to which a task belongs that has ended.
  package mutating func takeSession(of id: MessageID) -> String? {
    open[id] = nil
    return tasks.removeValue(forKey: id)?.session
  }

  /// Adds a request that an engine may still be working on.
  package mutating func begin(_ request: Open) {
    open[request.id] = request
    open[request.id]?.isProbed = true
    unsent.insert(Probe(engine: request.engine, channel: request.channel))
  }

  /// Adds a request that an engine was sent, and of which it is asked whether it has it; one that is known stays what it is.
  package mutating func ask(_ request: Open) {
    if open[request.id].map(\.isRouted) ?? true { open[request.id] = request }
    open[request.id]?.isProbed = true
    unsent.insert(Probe(engine: request.engine, channel: request.channel))
  }

  /// Ends a request that its engine has answered; nil if it is none of these.
  package mutating func end(_ id: MessageID, by engine: EngineID) -> Open? {
    guard let request = open[id], request.engine == engine, !request.isRouted else { return nil }
    open[id] = nil
    return request
  }

  /// Ends all requests of an engine that is gone.
  package mutating func engineGone(_ engine: EngineID) -> [Open] {
    unsent = unsent.filter { $0.engine != engine }
    probes = probes.filter { $0.value.engine != engine }
    // What this controller has routed is lost without it.
    return remove { $0.engine == engine }.filter { !$0.isRouted }
  }

  private mutating func remove(_ isMeant: (Open) -> Bool) -> [Open] {
    let ended = open.values.filter(isMeant).sorted { $0.id.text < $1.id.text }
    for request in ended { open[request.id] = nil }
    return ended
  }

  /// Forgets what this controller has routed to an engine, because the engine is asked for it anew; answers to earlier probes say
  /// nothing of what it was given since.
  package mutating func forgetRouted(at engine: EngineID) {
    _ = remove { $0.engine == engine && $0.isRouted }
    probes = probes.filter { $0.value.engine != engine }
  }

  /// Notes that a probe could not be sent, which says nothing of the requests before it: the engine is asked again when it is
  /// heard.
  ///
  /// - Returns: false if it is no probe.
  package mutating func probeFailed(_ id: MessageID) -> Bool {
    guard let probe = probes.removeValue(forKey: id) else { return false }
    unsent.insert(probe)
    return true
  }

  // MARK: Probes

  /// The channels on which an engine that was heard must be probed, each once.
  package mutating func takeProbes(of engine: EngineID) -> [EngineChannel] {
    if unsent.isEmpty { return [] }
    let due = unsent.filter { $0.engine == engine }
    unsent.subtract(due)
    return due.map(\.channel).sorted { $0.rawValue < $1.rawValue }
  }

  package func isProbe(_ id: MessageID) -> Bool { probes[id] != nil }

  package mutating func probed(_ engine: EngineID, _ channel: EngineChannel, by id: MessageID) {
    probes[id] = Probe(engine: engine, channel: channel)
  }

  /// Ends the requests that came before a probe that was answered or could not be sent; nil if it is no probe.
  ///
  /// - Parameter known: those that the engine has said to have.
  package mutating func probeEnded(_ id: MessageID, known: Set<MessageID> = []) -> [Open]? {
    guard let probe = probes.removeValue(forKey: id) else { return nil }
    return remove {
      $0.isProbed && $0.engine == probe.engine && $0.channel == probe.channel
        && !known.contains($0.id)
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

// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire
import ApusWorkers

/// One engine in the eyes of a map: whether it can run the map's tasks, and which it has.
struct EngineSeat {
  /// How far the engine and the map have come.
  enum State: Hashable {
    /// The map was offered by this request.
    case offered(MessageID)
    case ready
    /// The engine has given tasks back, because its allocation ends; it keeps those that it has begun.
    case leaving
    /// The engine cannot run the map, for this reason.
    case refused(String)
  }

  /// A batch on its way.
  struct Sent {
    let id: MessageID
    var batch: SentBatch
    /// Whether its tasks that have not begun were asked back.
    var isAskedBack = false
    let sentAt: Instant
  }

  let number: Int
  var state: State
  var window = BatchWindow(workers: 1)
  /// The numbers of the engine's words on how far its tasks are; some may be lost.
  private var heard: Set<Int> = []
  /// When it was asked for the word that it owes; nil if it owes none.
  private var renewal: Instant?
  /// The last of them.
  private(set) var progress = 0
  /// Batches without an answer, in the order in which they were sent.
  var sent: [Sent] = []

  /// When the engine begins nothing more; nil if nothing is known of an end.
  private var end: Instant?
  /// When it joined the map, and when the map was offered to it last.
  let joined: Instant
  private(set) var offeredAt: Instant

  init(number: Int, offer: MessageID, now: Instant) {
    (self.number, state) = (number, .offered(offer))
    (joined, offeredAt) = (now, now)
  }

  /// Notes that the map was offered again.
  mutating func offer(_ request: MessageID, now: Instant) {
    (state, offeredAt, progress, heard) = (.offered(request), now, 0, [])
  }

  /// What is new in a buffer of an answer: it begins with what the engine has said before, if that may be lost.
  func unheard(_ bytes: [UInt8], _ content: JSONValue, _ buffer: Int = 0) -> [UInt8] {
    guard let repeats = content["repeats"]?.integer, heard.contains(repeats),
      let counts = content["repeated"]?.array, counts.indices.contains(buffer),
      let count = counts[buffer].integer, count > 0
    else { return bytes }
    return Array(bytes.dropFirst(count))
  }

  /// The batches of which an answer has a part, by their places, and what is new in it.
  func parts(_ content: JSONValue, _ buffers: [[UInt8]]) -> [(place: Int, bytes: [UInt8])] {
    zip(content["partial"]?.strings ?? [], buffers.indices.dropFirst()).compactMap { id, buffer in
      sent.firstIndex { $0.id.text == id }.map { ($0, unheard(buffers[buffer], content, buffer)) }
    }
  }

  /// Notes the number of the engine's word.
  mutating func heard(_ content: JSONValue) {
    renewal = nil
    guard isUsable, let number = content["progress"]?.integer else { return }
    heard.insert(number)
    progress = max(progress, number)
    // What is repeated was said lately.
    if heard.count > 16 { heard = heard.filter { $0 > progress - 8 } }
  }

  /// Whether the engine is asked how far it is: not while its last word may be on its way.
  mutating func takeRenewal(now: Instant) -> Bool {
    if let renewal, now < renewal + Self.renewalAge { return false }
    renewal = now
    return true
  }

  /// A word on its way for longer counts as lost.
  private static let renewalAge = Duration.seconds(5)

  var isReady: Bool { state == .ready }
  /// The number of its tasks that have no answer.
  var openCount: Int { sent.reduce(0) { $0 + $1.batch.openCount } }
  /// Whether it can run tasks of the map, now or when its word on the offer has come.
  var isUsable: Bool { isReady || state == .leaving && !sent.isEmpty }

  /// Notes that the engine takes the map.
  ///
  /// - Parameter left: the time in which its tasks must end; nil if nothing is known of an end.
  mutating func accept(_ window: BatchWindow, left: Duration?, now: Instant) {
    (progress, heard, renewal) = (0, [], nil)
    (self.window, state, end) = (window, .ready, left.map { now + $0 })
  }

  /// The number of tasks that it may be sent now.
  ///
  /// - Parameter expected: the time that a task is said to take.
  func room(lasting expected: Duration?, now: Instant) -> Int {
    guard isReady, sent.count < window.batches else { return 0 }
    guard let end, let expected else { return window.size }
    let rounds = max(.zero, now.duration(to: end)) / expected
    return min(window.size, Int(min(rounds, 1e9)) * window.workers - openCount)
  }

  /// Takes a batch out that was answered or is lost.
  mutating func take(_ id: MessageID) -> Sent? {
    sent.firstIndex { $0.id == id }.map { sent.remove(at: $0) }
  }
}

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
  /// Batches without an answer, in the order in which they were sent.
  var sent: [Sent] = []

  /// When it joined the map, and when the map was offered to it last.
  let joined: Instant
  private(set) var offeredAt: Instant

  init(number: Int, offer: MessageID, now: Instant) {
    (self.number, state) = (number, .offered(offer))
    (joined, offeredAt) = (now, now)
  }

  /// Notes that the map was offered again.
  mutating func offer(_ request: MessageID, now: Instant) {
    (state, offeredAt) = (.offered(request), now)
  }

  var isReady: Bool { state == .ready }
  /// The number of its tasks that have no answer.
  var openCount: Int { sent.reduce(0) { $0 + $1.batch.openCount } }
  /// Whether it may be sent another batch.
  var hasRoom: Bool { isReady && sent.count < window.batches }

  /// Takes a batch out that was answered or is lost.
  mutating func take(_ id: MessageID) -> Sent? {
    sent.firstIndex { $0.id == id }.map { sent.remove(at: $0) }
  }
}

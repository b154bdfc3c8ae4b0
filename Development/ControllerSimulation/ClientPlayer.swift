// Part of Apus, Apache-2.0. See LICENSE.
import ApusController
import ApusTransport
import ApusWire

/// A client, as its messages show it.
///
/// One of Swift asks for the controller every two seconds, and sends what has no answer once more when it is another one. One of
/// Python notices nothing; its user asks for results that do not come.
struct ClientPlayer {
  let number: Int
  let isSwift: Bool
  var maker: MessageMaker
  /// How often it has connected: each time the controller knows it by another name.
  var connections = 0 { didSet { name = Array("c\(number)-\(connections)".utf8) } }
  private(set) var name: [UInt8] = []
  var pending: [MessageID: Pending] = [:]
  /// The session of the controller that answered last.
  var controller: String?
  /// What it has asked for, by the identifier of the question.
  var asked: [MessageID: MessageID] = [:]
  /// What it has sent once more; of these a second answer may come, to which nobody listens.
  var repeated: Set<MessageID> = []
  /// Results that it has asked for; their answers may still come.
  var fetched: Set<MessageID> = []

  /// What it has sent while there was no controller.
  var unsent: [(channel: Channel, frames: [[UInt8]])] = []

  struct Pending {
    let number: Int
    let retries: Int
    let sentAt: Instant
    var askedAt: Instant
  }

  init(number: Int, isSwift: Bool) {
    (self.number, self.isSwift) = (number, isSwift)
    maker = MessageMaker(session: "client-\(number)", process: 1, username: "sim")
  }
}

// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport

/// Lets clients find a server in their network: it announces itself at its start, every ten seconds, and when one asks.
final class Discovery {
  private static let period = Duration.seconds(10)
  private static let question = UInt8(ascii: "C")
  private static let announcement = [UInt8(ascii: "S")]

  private let socket: DatagramSocket
  private let port: Int
  private let broadcast: String
  private(set) var nextEvent: Instant

  /// - Throws: ``TransportError`` if it cannot listen.
  init(
    address: String, port: Int, broadcast: String, _ now: Instant
  ) throws(TransportError) {
    socket = try DatagramSocket(address: address, port: port)
    (self.port, self.broadcast, nextEvent) = (port, broadcast, now)
  }

  var descriptor: Int32 { socket.descriptor }

  /// Answers those who ask, and announces itself if it is time.
  func turn(now: Instant) {
    var isAsked = false
    // Anybody can send datagrams.
    for _ in 0..<100 {
      guard let bytes = socket.receive() else { break }
      if bytes == [Self.question] { isAsked = true }
    }
    guard isAsked || nextEvent <= now else { return }
    socket.send(Self.announcement, to: broadcast, port: port)
    if nextEvent <= now { nextEvent = now + Self.period }
  }
}

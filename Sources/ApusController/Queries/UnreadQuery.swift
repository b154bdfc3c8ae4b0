// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire

/// A query of megabytes whose content is read in a later turn than its signature was checked in, since each takes
/// hundredths of a second.
final class UnreadQuery {
  /// The size from which on a content is read later, in bytes.
  static let longContent = 1 << 20

  let envelope: Envelope
  let header: MessageHeader
  let peerAddress: String?
  private var hasWaited = false

  init(_ envelope: Envelope, _ header: MessageHeader, peerAddress: String?) {
    self.envelope = envelope
    self.header = header
    self.peerAddress = peerAddress
  }

  /// Lets the turn end in which it came.
  ///
  /// - Returns: whether it may be read now.
  func step() -> Bool {
    defer { hasWaited = true }
    return hasWaited
  }
}

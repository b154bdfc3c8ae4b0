// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport

/// A broadcast whose copies are being sent, one engine after the other.
package struct BroadcastSending {
  let request: BroadcastGathering<Envelope>.Request
  let isCoalescing: Bool
  let copies: BroadcastCopies
  /// The bytes that the signature of each copy covers.
  let byteCount: Int
  /// The index of the next engine.
  var position = 0
}

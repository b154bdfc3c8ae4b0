// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire

extension Envelope {
  /// Whether it is a request of a Swift client about a map, which the client repeats if it is lost.
  var isAboutMap: Bool {
    (try? parcel.withFrame(delimiter + 4) { bytes throws(WireError) in
      var members = try JSONMembers(bytes)
      guard let first = try members.next(bytes) else { return false }
      return bytes.holds("apus", at: first.key)
    }) ?? false
  }
}

// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire

/// Reads the parts of an entry; each is nil where the bytes end too early.
struct JournalReader {
  private var bytes: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

  mutating func byte() -> UInt8? { bytes.popFirst() }

  mutating func number() -> Int? {
    guard bytes.count >= 8 else { return nil }
    var number: UInt64 = 0
    for (place, byte) in bytes.prefix(8).enumerated() {
      number |= UInt64(byte) << UInt64(8 * place)
    }
    bytes.removeFirst(8)
    return Int(truncatingIfNeeded: number)
  }

  mutating func frame() -> ArraySlice<UInt8>? {
    guard let count = number(), (0...bytes.count).contains(count) else { return nil }
    defer { bytes.removeFirst(count) }
    return bytes.prefix(count)
  }

  mutating func text() -> String? { frame().map { String(decoding: $0, as: UTF8.self) } }

  mutating func texts() -> [String]? {
    guard let count = number(), (0...bytes.count).contains(count) else { return nil }
    var texts: [String] = []
    for _ in 0..<count {
      guard let text = text() else { return nil }
      texts.append(text)
    }
    return texts
  }

  /// A message behind one empty identity, so that it can be sent on as it is.
  mutating func envelope() -> Envelope? {
    guard let count = number(), (0...bytes.count).contains(count) else { return nil }
    let parcel = Parcel([Self.identity])
    for _ in 0..<count {
      guard let frame = frame() else { return nil }
      parcel.append(Array(frame))
    }
    return try? Envelope(parcel)
  }

  /// The routing identity of requests that come from a journal; a client's own never starts with a letter.
  private static let identity = Array("restored".utf8)
}

// Part of Apus, Apache-2.0. See LICENSE.

/// Which connections must make room for others: the oldest of those that have not shown the secret, when there are too many, and the
/// one that holds most, when all together hold too much; a pure value.
struct ConnectionLedger: Sendable {
  private let mostConnections: Int
  private let mostStrangers: Int
  private let mostBytes: Int
  /// Those that have not shown the secret, the oldest first.
  private var strangers: [UInt32] = []
  private var bytes: [UInt32: Int] = [:]
  private(set) var byteCount = 0

  init(mostConnections: Int, mostStrangers: Int, mostBytes: Int) {
    self.mostConnections = mostConnections
    self.mostStrangers = mostStrangers
    self.mostBytes = mostBytes
  }

  /// A connection was opened.
  ///
  /// - Returns: the one that must make room, which may be this one.
  mutating func opened(_ number: UInt32) -> UInt32? {
    bytes[number] = 0
    strangers.append(number)
    return strangers.count > mostStrangers || bytes.count > mostConnections ? strangers[0] : nil
  }

  /// A connection has shown that it knows the secret.
  mutating func authenticated(_ number: UInt32) { strangers.removeAll { $0 == number } }

  /// A connection holds so many bytes: of frames, of functions, and of the job that it waits for.
  ///
  /// - Returns: the connection that must make room.
  mutating func holds(_ count: Int, _ number: UInt32) -> UInt32? {
    guard let before = bytes[number] else { return nil }
    bytes[number] = count
    byteCount += count - before
    guard byteCount > mostBytes else { return nil }
    return bytes.max { ($0.value, $0.key) < ($1.value, $1.key) }?.key
  }

  mutating func closed(_ number: UInt32) {
    byteCount -= bytes.removeValue(forKey: number) ?? 0
    strangers.removeAll { $0 == number }
  }
}

// Part of Apus, Apache-2.0. See LICENSE.

/// How many messages may wait for one subscriber: so many that they hold about 256 MB, but at most 20,000.
struct OutputQueueLimit {
  /// The most messages that wait; a subscriber misses what comes after them.
  static let most = 20_000
  /// The bytes that the messages that wait may have, if all are as large as the last ones.
  static let byteLimit = 256 << 20
  private static let fewest = 4
  /// How many messages the mean size follows.
  private static let memory = 16.0

  private var meanSize = 0.0
  private(set) var messages = most

  /// Takes in the size of a message that is sent.
  ///
  /// - Returns: the new limit if it has changed by half or more.
  mutating func note(bytes: Int) -> Int? {
    meanSize += (Double(bytes) - meanSize) / Self.memory
    let fitting = Int(Double(Self.byteLimit) / max(meanSize, 1))
    let wanted = min(Self.most, max(Self.fewest, fitting))
    guard wanted != messages,
      wanted * 3 <= messages * 2 || wanted * 2 >= messages * 3 || wanted == Self.most
    else { return nil }
    messages = wanted
    return wanted
  }
}

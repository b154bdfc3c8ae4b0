// Part of Apus, Apache-2.0. See LICENSE.

/// The order of texts by their bytes.
///
/// Eight bytes of each are compared as one number; those that are equal in them are sorted by the next eight.
struct LevelOrder {
  private typealias Key = (word: UInt64, index: Int32)

  private static let bytesTogether = 8
  /// So many keys or more are sorted by counting.
  private static let many = 1000

  private let texts: PackedTexts

  init(_ texts: PackedTexts) { self.texts = texts }

  /// The positions of the texts without some of them, in order; the texts are distinct.
  ///
  /// - Complexity: O(bytes) for many texts, with O(*k*) more memory for *k* texts.
  func sorted(without excluded: Set<Int32> = []) -> [Int32] {
    var keys: [Key] = []
    keys.reserveCapacity(texts.count)
    for index in 0..<Int32(texts.count) where excluded.isEmpty || !excluded.contains(index) {
      keys.append((0, index))
    }
    var other = keys
    sort(&keys, &other)
    return keys.map(\.index)
  }

  /// Sorts by eight bytes after the other; texts that are equal so far wait on a stack, since they may be equal for long.
  private func sort(_ keys: inout [Key], _ other: inout [Key]) {
    var waiting = [(range: keys.indices, depth: 0)]
    while let (range, depth) = waiting.popLast() {
      for position in range {
        keys[position].word = texts.word(Int(keys[position].index), from: depth)
      }
      if range.count < Self.many {
        keys[range].sort { a, b in (a.word, length(a.index)) < (b.word, length(b.index)) }
      } else {
        Self.sortByCounting(&keys, &other, range)
      }
      var start = range.lowerBound
      while start < range.upperBound {
        var end = start + 1
        while end < range.upperBound, keys[end].word == keys[start].word { end += 1 }
        let next = depth + Self.bytesTogether
        let rest = sortEnded(&keys, start..<end, before: next)
        if rest.count > 1 { waiting.append((rest, next)) }
        start = end
      }
    }
  }

  /// Sorts texts that are equal up to a depth: those that end before it come first, which differ in zero bytes at their ends.
  ///
  /// - Returns: the positions of the others.
  private func sortEnded(
    _ keys: inout [Key], _ range: Range<Int>, before depth: Int
  ) -> Range<Int> {
    if range.count == 1 { return range }
    let rest = keys[range].partition { length($0.index) > depth }
    keys[range.lowerBound..<rest].sort { length($0.index) < length($1.index) }
    return rest..<range.upperBound
  }

  private func length(_ index: Int32) -> Int { texts.length(Int(index)) }

  /// Sorts by each byte in turn, the last first; bytes that are the same in all are left out.
  ///
  /// - Parameter other: as many keys, which are overwritten.
  private static func sortByCounting(
    _ keys: inout [Key], _ other: inout [Key], _ range: Range<Int>
  ) {
    var counts = [Int](repeating: 0, count: 256 * bytesTogether)
    for key in keys[range] {
      for byte in 0..<bytesTogether { counts[256 * byte + digit(key, byte)] += 1 }
    }
    var isSwapped = false
    for byte in 0..<bytesTogether {
      let ofByte = counts[256 * byte..<256 * (byte + 1)]
      if ofByte.contains(range.count) { continue }
      var next = range.lowerBound
      var starts = ofByte.map { count in
        defer { next += count }
        return next
      }
      for position in range {
        let key = keys[position], digit = digit(key, byte)
        other[starts[digit]] = key
        starts[digit] += 1
      }
      swap(&keys, &other)
      isSwapped.toggle()
    }
    if !isSwapped { return }
    swap(&keys, &other)
    for position in range { keys[position] = other[position] }
  }

  @inline(__always)
  private static func digit(_ key: Key, _ byte: Int) -> Int {
    Int(truncatingIfNeeded: key.word >> UInt64(8 * byte)) & 255
  }
}

// Part of Apus, Apache-2.0. See LICENSE.

/// A pattern with `*`, `?` and `[…]`, as in Python's `fnmatch`, compiled once.
///
/// The pieces between stars are searched for one after the other, each by the Shift-And method (Baeza-Yates and Gonnet,
/// 1992): one bit for each character of a piece tells whether the text so far ends with the piece up to there. So the
/// time is proportional to the length of the text, times one for each 64 characters of a piece.
package struct Glob: Sendable {
  /// The most characters of a pattern.
  package static let longest = 1024

  private enum Part: Sendable {
    case one
    case character(Unicode.Scalar)
    case set([ClosedRange<Unicode.Scalar>], isNegated: Bool)

    /// The code points from which on it accepts other characters than before.
    var bounds: [UInt32] {
      func bounds(_ range: ClosedRange<Unicode.Scalar>) -> [UInt32] {
        let next = range.upperBound.value + 1
        // There are no characters between these two.
        return [range.lowerBound.value, next == 0xD800 ? 0xE000 : min(next, 0x10FFFF)]
      }
      switch self {
      case .one: return []
      case .character(let wanted): return bounds(wanted...wanted)
      case .set(let ranges, _): return ranges.flatMap(bounds)
      }
    }

    func accepts(_ character: Unicode.Scalar) -> Bool {
      switch self {
      case .one: true
      case .character(let wanted): wanted == character
      case .set(let ranges, let isNegated):
        ranges.contains { $0.contains(character) } != isNegated
      }
    }
  }

  /// The pieces between stars; there is one star less than pieces.
  private let pieces: [Piece]

  /// Compiles a pattern; nil if it is too long.
  package init?(_ pattern: String) {
    let characters = Array(pattern.unicodeScalars)
    guard characters.count <= Self.longest else { return nil }
    var pieces: [[Part]] = [[]]
    let closings = Self.closings(characters)
    var index = 0
    while index < characters.count {
      switch characters[index] {
      case "*": pieces.append([])
      case "?": pieces[pieces.count - 1].append(.one)
      case "[":
        if let end = Self.end(ofSetAt: index, characters, closings) {
          pieces[pieces.count - 1].append(Self.set(characters[(index + 1)..<end]))
          index = end
        } else {
          pieces[pieces.count - 1].append(.character("["))
        }
      case let character: pieces[pieces.count - 1].append(.character(character))
      }
      index += 1
    }
    self.pieces = pieces.enumerated().filter { index, piece in
      index == 0 || index == pieces.count - 1 || !piece.isEmpty
    }.map { Piece($0.element) }
  }

  /// For each index, that of the first closing bracket from there on; the count if there is none.
  private static func closings(_ characters: [Unicode.Scalar]) -> [Int] {
    var closings = [Int](repeating: characters.count, count: characters.count + 1)
    for index in characters.indices.reversed() {
      closings[index] = characters[index] == "]" ? index : closings[index + 1]
    }
    return closings
  }

  /// The index of the bracket that closes a set; nil if there is none.
  ///
  /// A bracket that comes first is a member.
  private static func end(
    ofSetAt index: Int, _ characters: [Unicode.Scalar], _ closings: [Int]
  ) -> Int? {
    var first = index + 1
    if first < characters.count, characters[first] == "!" { first += 1 }
    guard first + 1 <= characters.count else { return nil }
    let end = closings[first + 1]
    return end < characters.count ? end : nil
  }

  private static func set(_ inner: ArraySlice<Unicode.Scalar>) -> Part {
    let isNegated = inner.first == "!"
    let members = Array(isNegated ? inner.dropFirst() : inner)
    var ranges: [ClosedRange<Unicode.Scalar>] = []
    var index = 0
    while index < members.count {
      if index + 2 < members.count, members[index + 1] == "-" {
        if members[index] <= members[index + 2] {
          ranges.append(members[index]...members[index + 2])
        }
        index += 3
      } else {
        ranges.append(members[index]...members[index])
        index += 1
      }
    }
    return .set(ranges, isNegated: isNegated)
  }

  /// Whether the whole text matches.
  package func matches(_ text: String) -> Bool {
    let characters = Array(text.unicodeScalars)[...]
    let first = pieces[0]
    guard first.begins(characters) else { return false }
    var rest = characters.dropFirst(first.count)
    guard pieces.count > 1 else { return rest.isEmpty }
    for piece in pieces.dropFirst().dropLast() {
      guard let end = piece.endOfFirstMatch(in: rest) else { return false }
      rest = rest[end...]
    }
    let last = pieces[pieces.count - 1]
    return rest.count >= last.count && last.begins(rest.suffix(last.count))
  }
}

extension Glob {
  /// What stands between two stars.
  private struct Piece: Sendable {
    private let parts: [Part]
    /// The first code points of the ranges in which all characters are accepted by the same parts.
    private let starts: [UInt32]
    /// For each range, one bit for each part that accepts its characters.
    private let masks: [UInt64]
    private let width: Int

    var count: Int { parts.count }

    init(_ parts: [Part]) {
      self.parts = parts
      width = (parts.count + 63) / 64
      let starts = Set(parts.flatMap(\.bounds) + [0]).sorted()
      var masks = [UInt64](repeating: 0, count: starts.count * width)
      for (range, start) in starts.enumerated() {
        guard let character = Unicode.Scalar(start) else { continue }
        for (index, part) in parts.enumerated() where part.accepts(character) {
          masks[range * width + index / 64] |= 1 << UInt64(index % 64)
        }
      }
      (self.starts, self.masks) = (starts, masks)
    }

    /// Whether a text begins with the piece.
    func begins(_ text: ArraySlice<Unicode.Scalar>) -> Bool {
      text.count >= count && zip(text, parts).allSatisfy { $1.accepts($0) }
    }

    /// The index after the first place where the piece matches; nil if there is none.
    func endOfFirstMatch(in text: ArraySlice<Unicode.Scalar>) -> Int? {
      var state = [UInt64](repeating: 0, count: width)
      let last = (word: (count - 1) / 64, bit: UInt64((count - 1) % 64))
      for index in text.indices {
        let mask = range(of: text[index].value) * width
        var carry: UInt64 = 1
        for word in 0..<width {
          let next = state[word] >> 63
          state[word] = (state[word] << 1 | carry) & masks[mask + word]
          carry = next
        }
        if state[last.word] >> last.bit & 1 == 1 { return index + 1 }
      }
      return nil
    }

    /// The range that a code point is in.
    private func range(of point: UInt32) -> Int {
      var (low, high) = (0, starts.count)
      while high - low > 1 {
        let middle = (low + high) / 2
        if starts[middle] <= point { low = middle } else { high = middle }
      }
      return low
    }
  }
}

// Part of Apus, Apache-2.0. See LICENSE.

// Safety: Bytes are read within the range of a text, eight at a time only where as many are left in it.

/// Texts as UTF-8 in one piece of memory, with four bytes more for each.
struct PackedTexts: Sendable {
  private var bytes: [UInt8] = []
  /// The lower bits of the end of each text in ``bytes``.
  private var lowerEnds: [UInt32] = []
  /// The texts at which the upper bits of the ends grow by one; empty below 4 GB.
  private var carries: [Int] = []
  private let lowerBits: Int

  /// - Parameter lowerBits: how many bits of an end are kept for each text; fewer than 32 only in tests.
  init(lowerBits: Int = 32) { self.lowerBits = lowerBits }

  init(_ texts: some Sequence<String>) {
    self.init()
    for var text in texts { text.withUTF8 { append($0) } }
  }

  /// The number of texts.
  var count: Int { lowerEnds.count }

  /// The number of bytes of all texts.
  var byteCount: Int { bytes.count }

  /// The bytes of a text.
  subscript(index: Int) -> ArraySlice<UInt8> { bytes[range(index)] }

  /// The number of bytes of a text.
  @inline(__always)
  func length(_ index: Int) -> Int { range(index).count }

  /// Makes room, so that nothing is copied while texts are added.
  mutating func reserve(count: Int, byteCount: Int) {
    bytes.reserveCapacity(byteCount)
    lowerEnds.reserveCapacity(count)
  }

  /// Gives room back of which less than three quarters are used.
  mutating func shrink() {
    if 4 * bytes.count < 3 * bytes.capacity { bytes = bytes.withUnsafeBufferPointer(Array.init) }
    if 4 * count < 3 * lowerEnds.capacity {
      lowerEnds = lowerEnds.withUnsafeBufferPointer(Array.init)
    }
  }

  @inline(__always)
  mutating func append(_ text: UnsafeBufferPointer<UInt8>) {
    bytes += text
    appendEnd()
  }

  mutating func append(_ text: ArraySlice<UInt8>) {
    bytes += text
    appendEnd()
  }

  /// Adds a text of another array.
  @inline(__always)
  mutating func append(_ index: Int, of other: PackedTexts) {
    other.withText(index) { append($0) }
  }

  /// Adds all texts of another array.
  mutating func append(allOf other: PackedTexts) {
    let base = bytes.count
    bytes += other.bytes
    if bytes.count >> lowerBits == 0 {
      let base = UInt32(base)
      lowerEnds += other.lowerEnds.lazy.map { $0 + base }
    } else {
      for index in 0..<other.count { appendEnd(base + other.range(index).upperBound) }
    }
  }

  // MARK: Comparing

  /// Eight bytes of a text from a depth on as one number, the first the highest, filled up with zeros.
  @inline(__always)
  func word(_ index: Int, from depth: Int = 0) -> UInt64 {
    let range = range(index)
    let start = range.lowerBound + depth, count = range.upperBound - start
    if count <= 0 { return 0 }
    return bytes.withUnsafeBytes { bytes in
      if count >= 8 {
        return UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self))
      }
      var word: UInt64 = 0
      for position in start..<range.upperBound { word = word << 8 | UInt64(bytes[position]) }
      return word << UInt64(8 * (8 - count))
    }
  }

  /// Whether a text has these bytes.
  @inline(__always)
  func equals(_ index: Int, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
    let range = range(index)
    guard range.count == text.count else { return false }
    return bytes.withUnsafeBytes { bytes in
      let known = UnsafeRawBufferPointer(rebasing: bytes[range.lowerBound...])
      let text = UnsafeRawBufferPointer(text)
      var offset = 0
      while offset + 8 <= text.count {
        let word = text.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        if word != known.loadUnaligned(fromByteOffset: offset, as: UInt64.self) { return false }
        offset += 8
      }
      while offset < text.count {
        if text[offset] != known[offset] { return false }
        offset += 1
      }
      return true
    }
  }

  /// Whether a text comes before that of another array by their bytes (-1), equals it (0) or comes after it (1).
  func comparison(_ index: Int, to other: PackedTexts, _ otherIndex: Int) -> Int {
    let length = length(index), otherLength = other.length(otherIndex)
    var depth = 0
    while depth < min(length, otherLength) {
      let a = word(index, from: depth), b = other.word(otherIndex, from: depth)
      if a != b { return a < b ? -1 : 1 }
      depth += 8
    }
    return length == otherLength ? 0 : length < otherLength ? -1 : 1
  }

  // MARK: Places

  @inline(__always)
  private func range(_ index: Int) -> Range<Int> {
    let start = index == 0 ? 0 : Int(lowerEnds[index - 1]), end = Int(lowerEnds[index])
    if carries.isEmpty { return start..<end }
    return start + upper(index - 1)..<end + upper(index)
  }

  /// The upper bits of an end.
  private func upper(_ index: Int) -> Int { carries.count { $0 <= index } << lowerBits }

  @inline(__always)
  private func withText(_ index: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
    bytes.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[range(index)])) }
  }

  @inline(__always)
  private mutating func appendEnd() { appendEnd(bytes.count) }

  @inline(__always)
  private mutating func appendEnd(_ end: Int) {
    while end >> lowerBits > carries.count { carries.append(count) }
    lowerEnds.append(UInt32(truncatingIfNeeded: end - carries.count << lowerBits))
  }
}

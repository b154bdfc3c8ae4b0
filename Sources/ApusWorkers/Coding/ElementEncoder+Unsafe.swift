// Part of Apus, Apache-2.0. See LICENSE.

// Safety: An array is taken for one of another type only after both types were found to be the same.

/// Encodes elements of an array, in a way that is chosen once by their type.
enum ElementEncoder {
  typealias Encode = (_ index: Int, _ writer: ByteWriter) throws -> Void

  /// - Returns: a closure that appends the element at an index; for one thread at a time.
  static func make<Element: Encodable>(_ elements: [Element]) -> Encode {
    switch CommonKind(Element.self) {
    case .int: return known(unsafeBitCast(elements, to: [Int].self))
    case .double: return known(unsafeBitCast(elements, to: [Double].self))
    case .string: return known(unsafeBitCast(elements, to: [String].self))
    case .word: return known(unsafeBitCast(elements, to: [UInt64].self))
    case .doubles: return known(unsafeBitCast(elements, to: [[Double]].self))
    case .ints: return known(unsafeBitCast(elements, to: [[Int]].self))
    default: break
    }
    let state = EncoderState(ByteWriter())
    return { index, writer in
      state.writer = writer
      try state.encodeAll(elements[index])
    }
  }

  private static func known<Element: CommonValue>(_ elements: [Element]) -> Encode {
    { index, writer in elements[index].append(to: writer) }
  }
}

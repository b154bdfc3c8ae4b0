// Part of Apus, Apache-2.0. See LICENSE.

// Safety: The results' memory is that of the table which a decoder keeps alive, bound to a type that is another name for that of
// the results; a place is initialised once, which is noted here.

/// Which results of a map are known; not generic, so that what is done for each small task is compiled for its type.
final class KnownResults {
  typealias Decode = (_ index: Int, _ reader: inout ByteReader) throws -> Void

  @exclusivity(unchecked) private var isKnown: [Bool]

  init(count: Int) { isKnown = Array(repeating: false, count: count) }

  var count: Int { isKnown.count }

  func setAll() { isKnown = Array(repeating: true, count: isKnown.count) }

  subscript(index: Int) -> Bool {
    @inline(__always) get { isKnown[index] }
    @inline(__always) set { isKnown[index] = newValue }
  }

  /// A closure that decodes results of a common type into a table; nil for other types.
  func decoder<Output>(
    of type: Output.Type, _ base: UnsafeMutablePointer<Output>, _ table: AnyObject
  ) -> Decode? {
    let base = UnsafeMutableRawPointer(base)
    return switch CommonKind(type) {
    case .int: decoder(of: Int.self, base, table)
    case .double: decoder(of: Double.self, base, table)
    case .string: decoder(of: String.self, base, table)
    case .word: decoder(of: UInt64.self, base, table)
    case .bool: decoder(of: Bool.self, base, table)
    case .doubles: decoder(of: [Double].self, base, table)
    case .ints: decoder(of: [Int].self, base, table)
    default: nil
    }
  }

  /// A closure that puts results of one word into a table; nil for types of another size.
  func wordDecoder<Output>(
    of type: Output.Type, _ base: UnsafeMutablePointer<Output>, _ table: AnyObject
  ) -> MapJob.TakeWord? {
    let tag: BinaryTag
    switch CommonKind(type) {
    case .int: tag = .signed
    case .word: tag = .unsigned
    case .double: tag = .double
    default: return nil
    }
    // Each has its own eight bytes in the format, the lowest first, as in memory.
    let base = UnsafeMutableRawPointer(base).assumingMemoryBound(to: UInt64.self)
    return { [self] answer in
      guard answer.tag == tag.rawValue else { return false }
      base[answer.index] = UInt64(littleEndian: answer.bits)
      isKnown[answer.index] = true
      withExtendedLifetime(table) {}
      return true
    }
  }

  private func decoder<Value: CommonValue>(
    of type: Value.Type, _ base: UnsafeMutableRawPointer, _ table: AnyObject
  ) -> Decode {
    let base = base.assumingMemoryBound(to: type)
    return { [self] index, reader in
      let value = try Value(&reader)
      try reader.expectEnd()
      withExtendedLifetime(table) {
        if isKnown[index] {
          base[index] = value
        } else {
          (base + index).initialize(to: value)
          isKnown[index] = true
        }
      }
    }
  }
}

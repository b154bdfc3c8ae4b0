// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom

/// The draws that both interfaces share: integers of any type, and coin tosses.
private protocol IntegerSource {
  mutating func integers<Value: FixedWidthInteger>(
    in range: ClosedRange<Value>, count: Int
  ) -> [Value]
  mutating func bools(count: Int) -> [Bool]
}

extension RandomState: IntegerSource {}

private struct NewSource<Generator: BitGenerator>: IntegerSource {
  var generator: Generator

  mutating func integers<Value: FixedWidthInteger>(
    in range: ClosedRange<Value>, count: Int
  ) -> [Value] {
    generator.integers(in: range, count: count)
  }

  mutating func bools(count: Int) -> [Bool] { generator.bools(count: count) }
}

extension Draw {
  func integers<Generator: BitGenerator>(from generator: inout Generator) -> [String]? {
    var source = NewSource(generator: generator)
    defer { generator = source.generator }
    return integers(&source)
  }

  func integers(from state: inout RandomState) -> [String]? { integers(&state) }

  private func integers(_ source: inout some IntegerSource) -> [String]? {
    guard arguments.count == 4, let low = arguments[0].string, let high = arguments[1].string,
      let n = count(at: 2), let type = arguments[3].string
    else { return nil }
    switch type {
    case "bool":
      let both = low == "0" && high == "2"
      return both ? source.bools(count: n).map(VectorText.text) : nil
    case "uint8": return drawn(UInt8.self, low, high, n, &source)
    case "int8": return drawn(Int8.self, low, high, n, &source)
    case "uint16": return drawn(UInt16.self, low, high, n, &source)
    case "int16": return drawn(Int16.self, low, high, n, &source)
    case "uint32": return drawn(UInt32.self, low, high, n, &source)
    case "int32": return drawn(Int32.self, low, high, n, &source)
    case "uint64": return drawn(UInt64.self, low, high, n, &source)
    case "int64": return drawn(Int64.self, low, high, n, &source)
    default: return nil
    }
  }

  /// `high` is exclusive and may lie just outside the type's range.
  private func drawn<Value: FixedWidthInteger>(
    _: Value.Type, _ low: String, _ high: String, _ count: Int, _ source: inout some IntegerSource
  ) -> [String]? {
    guard let low = Int128(low), let high = Int128(high), low < high,
      let first = Value(exactly: low), let last = Value(exactly: high - 1)
    else { return nil }
    return source.integers(in: first...last, count: count).map { "\($0)" }
  }
}

// Part of Apus, Apache-2.0. See LICENSE.
import ArgumentParser
import Foundation

/// The format in which `apus random` writes its draws.
enum DrawFormat: String, CaseIterable, ExpressibleByArgument {
  /// One draw per line, numbers at full precision.
  case text
  /// CSV with a header and the number of each draw.
  case csv
  /// Little-endian words, 64-bit integers and doubles, for programs.
  case binary

  /// Returns the header line; empty if the format has none.
  func header(columns: Int) -> Data {
    guard self == .csv else { return Data() }
    let names = columns == 1 ? ["value"] : (0..<columns).map { "value\($0 + 1)" }
    return Data(((["draw"] + names).joined(separator: ",") + "\n").utf8)
  }

  /// Appends one draw to `data`.
  func append(_ value: Variate.Value, number: Int, to data: inout Data) {
    switch self {
    case .text: data.append(contentsOf: (value.texts.joined(separator: " ") + "\n").utf8)
    case .csv:
      data.append(contentsOf: (["\(number)"] + value.texts).joined(separator: ",").utf8)
      data.append(10)
    case .binary: value.appendBytes(to: &data)
    }
  }
}

extension Variate.Value {
  var texts: [String] {
    switch self {
    case .words(let words): words.map { "\($0)" }
    case .narrow(let word): ["\(word)"]
    case .integers(let values): values.map { "\($0)" }
    case .reals(let values): values.map { "\($0)" }
    }
  }

  fileprivate func appendBytes(to data: inout Data) {
    switch self {
    case .words(let words): for word in words { append(word, to: &data) }
    case .narrow(let word): append(word, to: &data)
    case .integers(let values): for value in values { append(Int64(value), to: &data) }
    case .reals(let values): for value in values { append(value.bitPattern, to: &data) }
    }
  }

  private func append<Word: FixedWidthInteger>(_ word: Word, to data: inout Data) {
    for byte in 0..<(Word.bitWidth / 8) {
      data.append(UInt8(truncatingIfNeeded: word >> Word(8 * byte)))
    }
  }
}

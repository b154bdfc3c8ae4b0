// Part of Apus, Apache-2.0. See LICENSE.
import ApusWorkers

/// The arguments of a map; those of a range such as 1..1000000000 are made when they are asked for.
struct MapArguments: KnownInputs, Sendable {
  private enum Part: Sendable {
    case words([[UInt8]])
    case numbers(ClosedRange<Int>)

    var count: Int {
      switch self {
      case .words(let words): words.count
      case .numbers(let numbers): numbers.count
      }
    }
  }

  private var parts: [Part] = []
  /// The number of arguments before each part.
  private var starts: [Int] = []
  private(set) var endIndex = 0
  var startIndex: Int { 0 }

  init(_ words: [[UInt8]] = []) { append(words) }

  mutating func append(_ words: [[UInt8]]) {
    if !words.isEmpty { append(.words(words)) }
  }

  mutating func append(_ numbers: ClosedRange<Int>) { append(.numbers(numbers)) }

  private mutating func append(_ part: Part) {
    parts.append(part)
    starts.append(endIndex)
    endIndex += part.count
  }

  subscript(index: Int) -> [UInt8] {
    let place = (starts.partitioningIndex { $0 > index }) - 1
    switch parts[place] {
    case .words(let words): return words[index - starts[place]]
    case .numbers(let numbers):
      return Array("\(numbers.lowerBound + index - starts[place])".utf8)
    }
  }
}

extension [Int] {
  /// The first position whose element satisfies a condition that all later ones satisfy too.
  fileprivate func partitioningIndex(_ condition: (Int) -> Bool) -> Int {
    var range = 0..<count
    while !range.isEmpty {
      let middle = (range.lowerBound + range.upperBound) / 2
      range = condition(self[middle]) ? range.lowerBound..<middle : middle + 1..<range.upperBound
    }
    return range.lowerBound
  }
}

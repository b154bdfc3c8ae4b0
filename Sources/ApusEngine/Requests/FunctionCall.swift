// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire
import ApusWorkers

/// A call of a Swift function by a client of Python: `view.apply(ipyparallel.Reference("name"), element, property=value)`.
///
/// The keyword `_apus` says more: a dictionary with `seed`, from which tasks have their random numbers; `first`, the index of
/// the task; and `map`, true if the argument is a list of elements, for each of which the function is called.
struct FunctionCall {
  static let options = "_apus"

  let name: String
  let properties: [PlainEntry]
  let elements: [PlainValue]
  /// Whether the results are returned as a list.
  let isMap: Bool
  let seed: UInt128?
  /// The index of the first task; nil for any.
  let first: Int?

  /// A call that makes no sense.
  struct Malformed: Error, CustomStringConvertible {
    var description: String
  }

  /// - Returns: nil if something else than a Swift function is called.
  /// - Throws: ``Malformed``; ``PlainValue/NotPlain``.
  init?(_ call: ApplyBuffers) throws {
    guard let name = call.referencedName else { return nil }
    self.name = name
    var call = call
    let options = call.takeKeyword(Self.options)
    guard let argument = call.arguments.first, call.arguments.count == 1 else {
      throw Malformed(
        description:
          "a Swift function takes one argument, its element, not \(call.arguments.count); its properties are keywords"
      )
    }
    properties = try call.keywords.map { PlainEntry($0.name, try PlainValue($0.value)) }
    isMap = options?["map"] == .bool(true)
    elements = isMap ? try Self.elements(argument) : [try PlainValue(argument)]
    seed = try options?["seed"].flatMap(Self.seed)
    first = try options?["first"].map { first in
      guard let first = first.integer, first >= 0, first < 1 << 61 else {
        throw Malformed(description: "the index of a task must be an integer from 0 on")
      }
      return first
    }
  }

  private static func elements(_ argument: PickleValue) throws -> [PlainValue] {
    switch try PlainValue(argument) {
    case .list(let values): values
    case .bytes(let values): values.map { .integer(Int($0)) }
    case .integers(let values): values.map { .integer($0) }
    case .words(let values): values.map { .wide(Int128($0)) }
    case .numbers(let values): values.map { .number($0) }
    case .floats(let values): values.map { .number(Double($0)) }
    default: throw Malformed(description: "the elements of a map must be a list or an array")
    }
  }

  private static func seed(_ value: PickleValue) throws -> UInt128? {
    switch try PlainValue(value) {
    case .null: nil
    case .integer(let seed) where seed >= 0: UInt128(seed)
    case .wide(let seed) where seed >= 0: UInt128(seed)
    case .widest(let seed): seed
    default: throw Malformed(description: "a seed must be an integer from 0 to 2^128 - 1")
    }
  }
}

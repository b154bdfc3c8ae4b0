// Part of Apus, Apache-2.0. See LICENSE.
import Foundation

/// The output of a command: a table for people or JSON for programs.
protocol Report: Encodable {
  /// The lines for people.
  var text: String { get }
}

extension Report {
  /// Prints the report in the requested form.
  func print(asJSON: Bool) throws {
    try Terminal.say(asJSON ? try json() : text)
  }

  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }
}

/// The value of a piece of work and the wall-clock time it took.
struct Timed<Value> {
  let value: Value
  let duration: Duration

  init(_ work: () throws -> Value) rethrows {
    let clock = ContinuousClock()
    let start = clock.now
    value = try work()
    duration = start.duration(to: clock.now)
  }

  var seconds: Double { duration / .seconds(1) }
}

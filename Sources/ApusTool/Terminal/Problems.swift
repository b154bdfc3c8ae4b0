// Part of Apus, Apache-2.0. See LICENSE.

/// What is wrong with the arguments of a command, collected so that all of it is said at once.
struct Problems {
  private var sentences: [String] = []

  /// Adds a sentence unless a condition holds.
  mutating func require(_ isGood: Bool, _ sentence: @autoclosure () -> String) {
    if !isGood { sentences.append(sentence()) }
  }

  /// Adds the sentence of an error that a closure throws.
  mutating func attempt<Value>(_ body: () throws -> Value) -> Value? {
    do {
      return try body()
    } catch let error as ToolError {
      sentences.append(error.message)
    } catch {
      sentences.append("\(error)")
    }
    return nil
  }

  /// - Throws: one error with all sentences, if there are any.
  func check() throws {
    if !sentences.isEmpty { throw ToolError.input(sentences.joined(separator: " ")) }
  }
}

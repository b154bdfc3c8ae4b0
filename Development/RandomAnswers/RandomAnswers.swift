// Part of Apus, Apache-2.0. See LICENSE.
import Foundation

/// Answers questions about random numbers: `random-answers QUESTIONS.json ANSWERS.json`.
///
/// This is a program for developers, not a product. Questions are cases in the form of the golden vectors; an
/// answer is the list of values in their text form. Unsupported cases are left out.
@main
struct RandomAnswers {
  static func main() {
    let arguments = CommandLine.arguments.dropFirst()
    guard arguments.count == 2, let from = arguments.first, let to = arguments.last else {
      fail("usage: random-answers QUESTIONS.json ANSWERS.json")
    }
    do {
      let questions = try read(from)
      var answers: [String: [String]] = [:]
      for question in questions {
        guard let question = Question(question), let id = question.id else { continue }
        answers[id] = try question.answer()
        if answers[id] == nil { say("\(id) is left out: its form or a parameter is unsupported") }
      }
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      try encoder.encode(answers).write(to: URL(fileURLWithPath: to))
    } catch {
      fail("\(error)")
    }
  }

  /// A list of cases, or an object that holds one under `cases` or `questions`.
  private static func read(_ path: String) throws -> [JSONValue] {
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    let document = try JSONDecoder().decode(JSONValue.self, from: data)
    return document.array ?? document["cases"]?.array ?? document["questions"]?.array ?? []
  }

  private static func say(_ message: String) {
    FileHandle.standardError.write(Data("random-answers: \(message)\n".utf8))
  }

  private static func fail(_ message: String) -> Never {
    say(message)
    exit(2)
  }
}

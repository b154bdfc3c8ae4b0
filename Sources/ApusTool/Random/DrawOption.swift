// Part of Apus, Apache-2.0. See LICENSE.
import ArgumentParser
import Foundation

/// The value of `--draw`: what to draw and how many, such as `normal:20` or `words:endless`.
struct DrawOption {
  /// The number of draws, given after the colon.
  enum Count: Equatable {
    case times(Int)
    case endless
  }

  let variate: Variate
  let arguments: [Double]
  let count: Count

  static let most = 1 << 40

  /// Parses the text of the option.
  ///
  /// - Throws: `ValidationError` that says what is wrong.
  init(_ text: String) throws {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count <= 2, let (name, arguments) = Self.call(parts[0]) else {
      throw ValidationError(
        "--draw must be name(numbers):count, such as gamma(2,3):5, not \(text).")
    }
    guard let variate = Variate.named(name) else {
      throw ValidationError("--draw does not know \(name); it knows \(Variate.usages).")
    }
    if let complaint = variate.complaint(arguments) {
      throw ValidationError("--draw \(parts[0]): \(complaint); write \(variate.usage).")
    }
    self.variate = variate
    self.arguments = arguments
    count = try Self.count(parts.count == 1 ? "10" : String(parts[1]))
  }

  private static func count(_ text: String) throws -> Count {
    if text == "endless" { return .endless }
    guard let times = Int(text), 0...most ~= times else {
      throw ValidationError("--draw's count must be from 0 to \(most), or endless, not \(text).")
    }
    return .times(times)
  }

  /// Parses the name and the numbers of `name` or `name(1,2)`.
  private static func call(_ text: Substring) -> (String, [Double])? {
    guard let open = text.firstIndex(of: "(") else { return (String(text), []) }
    guard text.last == ")" else { return nil }
    let inside = text[text.index(after: open)...].dropLast()
    let numbers = inside.split(separator: ",", omittingEmptySubsequences: false).map {
      Double($0.trimmingCharacters(in: .whitespaces))
    }
    let known = numbers.compactMap { $0 }.filter(\.isFinite)
    return known.count == numbers.count ? (String(text[..<open]), known) : nil
  }
}

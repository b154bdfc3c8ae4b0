// Part of Apus, Apache-2.0. See LICENSE.
import ArgumentParser
import Foundation

/// `--draw`: what to draw and how often, as `normal:20`, `gamma(2,3):5` or `words:endless`.
struct DrawOption: ExpressibleByArgument {
  /// What the number behind the colon says.
  enum Count: Equatable {
    case times(Int)
    case endless
  }

  let variate: Variate
  let arguments: [Double]
  let count: Count

  static let most = 1 << 40

  init?(argument: String) {
    let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count <= 2, let (name, arguments) = Self.call(parts[0]),
      let variate = Variate.named(name), variate.accepts(arguments)
    else { return nil }
    self.variate = variate
    self.arguments = arguments
    if parts.count == 1 {
      count = .times(10)
    } else if parts[1] == "endless" {
      count = .endless
    } else if let times = Int(parts[1]), 0...Self.most ~= times {
      count = .times(times)
    } else {
      return nil
    }
  }

  /// Name and numbers of `name` or `name(1,2)`.
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

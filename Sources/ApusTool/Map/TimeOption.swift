// Part of Apus, Apache-2.0. See LICENSE.
import ArgumentParser

/// A time in an option: seconds, or with a unit as in 90s, 10m, 2h.
struct TimeOption {
  let duration: Duration

  /// - Throws: `ValidationError` that says what is a time.
  init(_ text: String) throws {
    let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600]
    let unit = text.last.flatMap { units[$0] }
    guard let number = Double(unit == nil ? text : String(text.dropLast())),
      number > 0, number * (unit ?? 1) < 1e9
    else {
      throw ValidationError("A time is a number of seconds above 0, or has a unit: 90s, 10m or 2h.")
    }
    duration = .seconds(number * (unit ?? 1))
  }
}

// Part of Apus, Apache-2.0. See LICENSE.
import ApusWorkers
import ArgumentParser

/// A time in an option: seconds, or with a unit as in 90s, 10m, 2h.
struct TimeOption: ExpressibleByArgument {
  let duration: Duration

  init?(argument: String) {
    let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600]
    let unit = argument.last.flatMap { units[$0] }
    guard let number = Double(unit == nil ? argument : String(argument.dropLast())),
      number > 0, number * (unit ?? 1) < 1e9
    else { return nil }
    duration = .seconds(number * (unit ?? 1))
  }
}

/// An amount of memory in an option: megabytes, or with a unit as in 500MB, 2GB.
struct MemoryOption: ExpressibleByArgument {
  let size: MemorySize

  init?(argument: String) {
    let text = argument.uppercased()
    let isLarge = text.hasSuffix("G") || text.hasSuffix("GB")
    let digits = text.prefix { $0.isNumber }
    guard let number = Int(digits),
      ["", "M", "MB", "G", "GB"].contains(text.dropFirst(digits.count)),
      1...1_000_000_000 ~= number
    else { return nil }
    size = isLarge ? .gigabytes(number) : .megabytes(number)
  }
}

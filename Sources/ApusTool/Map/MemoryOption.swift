// Part of Apus, Apache-2.0. See LICENSE.
import ApusWorkers
import ArgumentParser

/// An amount of memory in an option: megabytes, or with a unit as in 500MB, 2GB.
struct MemoryOption {
  let size: MemorySize

  /// - Throws: `ValidationError` that says what is an amount.
  init(_ text: String) throws {
    let upper = text.uppercased()
    let isLarge = upper.hasSuffix("G") || upper.hasSuffix("GB")
    let digits = upper.prefix { $0.isNumber }
    guard let number = Int(digits),
      ["", "M", "MB", "G", "GB"].contains(upper.dropFirst(digits.count)),
      1...1_000_000_000 ~= number
    else {
      throw ValidationError("A size is a whole number of megabytes, or has a unit: 500MB or 2GB.")
    }
    size = isLarge ? .gigabytes(number) : .megabytes(number)
  }
}

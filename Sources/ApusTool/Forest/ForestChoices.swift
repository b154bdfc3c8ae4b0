// Part of Apus, Apache-2.0. See LICENSE.
import ApusStatistics
import ArgumentParser

/// The value of `--folds`: leave-one-out or a number of folds.
enum FoldsOption: CustomStringConvertible {
  case leaveOneOut
  case count(Int)

  /// - Throws: `ValidationError` that says what is valid.
  static func parse(_ argument: String) throws -> FoldsOption {
    if argument == "loo" { return .leaveOneOut }
    guard let count = Int(argument), count >= 2 else {
      throw ValidationError("--folds must be loo or a number from 2 on, not \(argument).")
    }
    return .count(count)
  }

  var description: String {
    switch self {
    case .leaveOneOut: "loo"
    case .count(let count): "\(count)"
    }
  }
}

/// The value of `--features`: how many features are tried at each split.
struct FeaturesOption: CustomStringConvertible {
  private static let words: [(String, ForestOptions.Features)] = [
    ("all", .all), ("third", .third), ("sqrt", .squareRoot), ("log2", .log2),
  ]

  let features: ForestOptions.Features

  /// - Throws: `ValidationError` that says what is valid.
  static func parse(_ argument: String) throws -> FeaturesOption {
    if let word = words.first(where: { $0.0 == argument }) {
      return FeaturesOption(features: word.1)
    }
    guard let count = Int(argument), count >= 1 else {
      let hint = NearestWord.hint(argument, among: words.map(\.0))
      throw ValidationError(
        "--features must be all, third, sqrt, log2 or a number from 1 on, not \(argument)\(hint)"
          + (hint.isEmpty ? "." : ""))
    }
    return FeaturesOption(features: .count(count))
  }

  var description: String {
    if case .count(let count) = features { return "\(count)" }
    return Self.words.first { $0.1 == features }?.0 ?? ""
  }
}

/// The value of `--seed`: a whole number of up to 128 bits.
struct SeedOption: ExpressibleByArgument {
  let value: UInt128

  init?(argument: String) {
    guard let value = UInt128(argument, radix: 10) else { return nil }
    self.value = value
  }
}

// Part of Apus, Apache-2.0. See LICENSE.
import ApusTables
import ArgumentParser

/// The options that say how a CSV file is read, the same in all commands.
struct TableOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What separates the fields, such as ';' or tab; by default found from the file.",
      valueName: "character"))
  var separator: String?
  @Option(
    help: ArgumentHelp(
      "What stands before decimals, '.' or ','; by default found from the file.",
      valueName: "character"))
  var decimal: String?
  @Option(
    help: ArgumentHelp(
      "A text that stands for a missing value, besides the empty one, NA, NaN, nan and null; may be repeated.",
      valueName: "text"))
  var missing: [String] = []

  /// Adds what is wrong with the options to `problems`.
  func options(_ problems: inout Problems) -> CSVOptions {
    var options = CSVOptions()
    options.missing = missing
    if let separator {
      let names = ["tab": "\t", "\\t": "\t", "space": " ", "comma": ",", "semicolon": ";"]
      let text = names[separator] ?? separator
      problems.require(
        text.count == 1, "--separator must be one character or tab, not \"\(separator)\".")
      options.separator = text.first
    }
    if let decimal {
      options.decimal = ["comma": .comma, "point": .point][decimal] ?? .init(rawValue: decimal)
      problems.require(options.decimal != nil, "--decimal must be '.' or ',', not \"\(decimal)\".")
    }
    return options
  }
}

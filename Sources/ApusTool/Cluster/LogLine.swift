// Part of Apus, Apache-2.0. See LICENSE.
#if Cluster
  import Foundation

  /// One line of a log.
  enum LogLine {
    /// The longest text of a line; longer ones are cut.
    static let longest = 16_384

    static var time: String {
      Date().formatted(.iso8601.year().month().day().time(includingFractionalSeconds: true))
    }

    /// Time, level and text, with escapes for characters that would begin another line or move the cursor: names of
    /// engines and clients come from outside.
    static func text(level: String, _ text: String) -> String {
      "\(time) \(level) \(escaped(text))\n"
    }

    static func escaped(_ text: String) -> String {
      var result = String.UnicodeScalarView()
      for (count, scalar) in text.unicodeScalars.enumerated() {
        if count == longest {
          result.append(contentsOf: " ...".unicodeScalars)
          break
        }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator:
          result.append(contentsOf: scalar.escaped(asASCII: true).unicodeScalars)
        default: result.append(scalar)
        }
      }
      return String(result)
    }
  }
#endif

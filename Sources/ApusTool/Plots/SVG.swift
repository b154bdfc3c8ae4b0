// Part of Apus, Apache-2.0. See LICENSE.
import Foundation

/// Formatting of numbers and texts in SVG.
enum SVG {
  static func number(_ value: Double) -> String { String(format: "%.1f", value) }

  static func escaped(_ text: String) -> String {
    text.replacingOccurrences(of: "&", with: "&amp;")
      .replacingOccurrences(of: "<", with: "&lt;")
      .replacingOccurrences(of: ">", with: "&gt;")
  }
}

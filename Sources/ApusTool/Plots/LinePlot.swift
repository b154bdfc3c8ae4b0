// Part of Apus, Apache-2.0. See LICENSE.
import Foundation

/// Panels of lines over a logarithmic axis, side by side, as SVG.
struct LinePlot {
  struct Line {
    let name: String
    let points: [(x: Double, y: Double)]
  }

  struct Panel {
    let title: String
    let lines: [Line]
  }

  let title: String
  let subtitle: String
  let xLabel: String
  let yLabel: String
  let panels: [Panel]

  private static let panelWidth = 440.0
  private static let height = 420.0
  private static let left = 64.0
  private static let top = 92.0
  private static let bottom = 360.0
  /// Colours that colour-blind readers can distinguish (Okabe and Ito), and dashes.
  private static let styles = [
    (color: "#0072b2", dashes: ""), (color: "#d55e00", dashes: "6 4"),
    (color: "#222222", dashes: "2 3"),
  ]

  /// Returns the SVG document.
  func svg() -> String {
    let width = Self.panelWidth * Double(max(1, panels.count))
    let body = panels.enumerated().map { index, panel in
      PanelDrawing(
        panel: panel, left: Self.panelWidth * Double(index) + Self.left,
        right: Self.panelWidth * Double(index + 1) - 16, top: Self.top, bottom: Self.bottom,
        styles: Self.styles
      ).svg(xLabel: xLabel, yLabel: yLabel)
    }.joined(separator: "\n")
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Int(width)) \(Int(Self.height))" \
      font-family="sans-serif" font-size="13" fill="#222">
      <rect width="100%" height="100%" fill="white"/>
      <text x="\(Self.left)" y="26" font-size="17">\(SVG.escaped(title))</text>
      <text x="\(Self.left)" y="45" fill="#666">\(SVG.escaped(subtitle))</text>
      \(body)
      </svg>

      """
  }
}

/// A panel and its location on the page.
private struct PanelDrawing {
  let panel: LinePlot.Panel
  let left: Double
  let right: Double
  let top: Double
  let bottom: Double
  let styles: [(color: String, dashes: String)]

  private var points: [(x: Double, y: Double)] { panel.lines.flatMap(\.points) }
  private var axis: Axis { Axis(covering: [0] + points.map(\.y)) }

  private func x(_ value: Double) -> Double {
    let logs = points.map { log2($0.x) }
    let (least, most) = (logs.min() ?? 0, logs.max() ?? 1)
    return left + (most > least ? (log2(value) - least) / (most - least) : 0.5) * (right - left)
  }

  private func y(_ value: Double) -> Double {
    bottom - axis.share(value) * (bottom - top)
  }

  func svg(xLabel: String, yLabel: String) -> String {
    let middle = SVG.number((left + right) / 2)
    return """
      <text x="\(middle)" y="\(top - 10)" text-anchor="middle" font-weight="bold">\
      \(SVG.escaped(panel.title))</text>
      \(grid)
      \(panel.lines.indices.map(line).joined(separator: "\n"))
      <text x="\(middle)" y="\(bottom + 44)" text-anchor="middle">\(SVG.escaped(xLabel))</text>
      <text transform="translate(\(left - 46) \(SVG.number((top + bottom) / 2))) rotate(-90)" \
      text-anchor="middle">\(SVG.escaped(yLabel))</text>
      """
  }

  /// Grid lines and labels: powers of two on the x axis, round numbers on the y axis.
  private var grid: String {
    let (least, most) = (points.map(\.x).min() ?? 1, points.map(\.x).max() ?? 1)
    let powers = (0..<40).map { Double(1 << $0) }.filter { $0 >= least && $0 <= most }
    let upright = powers.map { power in
      """
      <line x1="\(SVG.number(x(power)))" y1="\(top)" x2="\(SVG.number(x(power)))" y2="\(bottom)" \
      stroke="#e4e4e4"/>
      <text x="\(SVG.number(x(power)))" y="\(bottom + 20)" text-anchor="middle">\(Int(power))</text>
      """
    }
    let level = axis.ticks.map { tick in
      """
      <line x1="\(left)" y1="\(SVG.number(y(tick)))" x2="\(right)" y2="\(SVG.number(y(tick)))" \
      stroke="#e4e4e4"/>
      <text x="\(left - 6)" y="\(SVG.number(y(tick) + 4))" text-anchor="end">\(axis.label(tick))</text>
      """
    }
    return (upright + level).joined(separator: "\n")
  }

  /// Draws a line, and its name in the corner of the panel.
  private func line(_ index: Int) -> String {
    let (line, style) = (panel.lines[index], styles[index % styles.count])
    let path = line.points.map { "\(SVG.number(x($0.x))),\(SVG.number(y($0.y)))" }
      .joined(separator: " ")
    let height = top + 16 + 18 * Double(index)
    let dashes = style.dashes.isEmpty ? "" : " stroke-dasharray=\"\(style.dashes)\""
    return """
      <polyline points="\(path)" fill="none" stroke="\(style.color)" stroke-width="2"\(dashes)/>
      <line x1="\(left + 10)" y1="\(height - 4)" x2="\(left + 40)" y2="\(height - 4)" \
      stroke="\(style.color)" stroke-width="2"\(dashes)/>
      <text x="\(left + 46)" y="\(height)">\(SVG.escaped(line.name))</text>
      """
  }
}

// Part of Apus, Apache-2.0. See LICENSE.
import Foundation

/// A scatter plot of predicted against observed values, as SVG.
struct ScatterPlot {
  let title: String
  let subtitle: String
  let xLabel: String
  let yLabel: String
  let points: [(x: Double, y: Double)]

  private static let size = 640.0
  private static let margin = (left: 80.0, right: 24.0, top: 64.0, bottom: 64.0)

  /// Returns the SVG document.
  ///
  /// Both axes have the same scale, so that perfect predictions lie on the diagonal.
  func svg() -> String {
    let axis = Axis(covering: points.flatMap { [$0.x, $0.y] })
    let frame = Frame(axis: axis, size: Self.size, margin: Self.margin)
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Int(Self.size)) \(Int(Self.size))" \
      font-family="sans-serif" font-size="14" fill="#222">
      <rect width="100%" height="100%" fill="white"/>
      <text x="\(Self.margin.left)" y="28" font-size="18">\(SVG.escaped(title))</text>
      <text x="\(Self.margin.left)" y="48" fill="#666">\(SVG.escaped(subtitle))</text>
      \(grid(frame))
      \(line(frame, axis.lower, axis.lower, axis.upper, axis.upper, "#c33", 1.5))
      <g fill="#1f5fa8" fill-opacity="0.55">
      \(circles(frame))
      </g>
      \(labels(frame))
      </svg>

      """
  }

  private func grid(_ frame: Frame) -> String {
    frame.axis.ticks.map { tick in
      let (x, y) = (frame.x(tick), frame.y(tick))
      let text = frame.axis.label(tick)
      return """
        \(line(frame, tick, frame.axis.lower, tick, frame.axis.upper, "#e4e4e4", 1))
        \(line(frame, frame.axis.lower, tick, frame.axis.upper, tick, "#e4e4e4", 1))
        <text x="\(SVG.number(x))" y="\(SVG.number(frame.bottom + 20))" text-anchor="middle">\(text)</text>
        <text x="\(SVG.number(frame.left - 8))" y="\(SVG.number(y + 5))" text-anchor="end">\(text)</text>
        """
    }.joined(separator: "\n")
  }

  private func circles(_ frame: Frame) -> String {
    points.map { point in
      "<circle cx=\"\(SVG.number(frame.x(point.x)))\" cy=\"\(SVG.number(frame.y(point.y)))\" r=\"3\"/>"
    }.joined(separator: "\n")
  }

  private func labels(_ frame: Frame) -> String {
    let middle = (frame.left + frame.right) / 2
    let height = (frame.top + frame.bottom) / 2
    return """
      <text x="\(SVG.number(middle))" y="\(SVG.number(frame.bottom + 48))" text-anchor="middle">\
      \(SVG.escaped(xLabel))</text>
      <text transform="translate(20 \(SVG.number(height))) rotate(-90)" text-anchor="middle">\
      \(SVG.escaped(yLabel))</text>
      """
  }

  private func line(
    _ frame: Frame, _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ color: String,
    _ width: Double
  ) -> String {
    let from = "x1=\"\(SVG.number(frame.x(x1)))\" y1=\"\(SVG.number(frame.y(y1)))\""
    let to = "x2=\"\(SVG.number(frame.x(x2)))\" y2=\"\(SVG.number(frame.y(y2)))\""
    return "<line \(from) \(to) stroke=\"\(color)\" stroke-width=\"\(width)\"/>"
  }
}

/// The mapping of values to locations on the page.
private struct Frame {
  let axis: Axis
  let left: Double
  let right: Double
  let top: Double
  let bottom: Double

  init(
    axis: Axis, size: Double, margin: (left: Double, right: Double, top: Double, bottom: Double)
  ) {
    self.axis = axis
    left = margin.left
    right = size - margin.right
    top = margin.top
    bottom = size - margin.bottom
  }

  func x(_ value: Double) -> Double { left + axis.share(value) * (right - left) }
  func y(_ value: Double) -> Double { bottom - axis.share(value) * (bottom - top) }
}

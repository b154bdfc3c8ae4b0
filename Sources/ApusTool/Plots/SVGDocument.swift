// Part of Apus, Apache-2.0. See LICENSE.

/// A picture that a command writes.
protocol SVGDocument {
  /// The document.
  func svg() -> String
}

extension ScatterPlot: SVGDocument {}

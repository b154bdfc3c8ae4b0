// Part of Apus, Apache-2.0. See LICENSE.

/// The counts of observed and predicted classes as a shaded table, as SVG.
struct ConfusionPlot: SVGDocument {
  let title: String
  let subtitle: String
  let name: String
  let classification: Classification?

  private static let left = 150.0
  private static let top = 110.0
  private static let size = 450.0

  func svg() -> String {
    let classes = classification?.classes ?? []
    let side = Self.size / Double(max(1, classes.count))
    let cells = classes.indices.flatMap { row in
      classes.indices.map { column in cell(row, column, side) }
    }
    let labels = classes.enumerated().map { index, name in label(index, name, side) }
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 640" font-family="sans-serif" \
      font-size="14" fill="#222">
      <rect width="100%" height="100%" fill="white"/>
      <text x="24" y="28" font-size="18">\(SVG.escaped(title))</text>
      <text x="24" y="48" fill="#666">\(SVG.escaped(subtitle))</text>
      <text x="\(SVG.number(Self.left))" y="76">predicted \(SVG.escaped(name))</text>
      <text x="24" y="\(SVG.number(Self.top - 8))">observed</text>
      \((cells + labels).joined(separator: "\n"))
      </svg>

      """
  }

  private func cell(_ row: Int, _ column: Int, _ side: Double) -> String {
    let counts = classification?.confusion[row] ?? []
    let share = Double(counts[column]) / Double(max(1, counts.reduce(0, +)))
    let (x, y) = (Self.left + Double(column) * side, Self.top + Double(row) * side)
    let color = row == column ? "#1f5fa8" : "#c33"
    let number =
      side < 24
      ? ""
      : """
      <text x="\(SVG.number(x + side / 2))" y="\(SVG.number(y + side / 2 + 5))" \
      text-anchor="middle" fill="\(share > 0.6 ? "white" : "#222")">\(counts[column])</text>
      """
    return """
      <rect x="\(SVG.number(x))" y="\(SVG.number(y))" width="\(SVG.number(side))" \
      height="\(SVG.number(side))" fill="\(color)" fill-opacity="\(SVG.number(share))" \
      stroke="#e4e4e4"/>\(number)
      """
  }

  private func label(_ index: Int, _ name: String, _ side: Double) -> String {
    if side < 14 { return "" }
    let position = Double(index) * side + side / 2
    let text = SVG.escaped(name.count > 16 ? name.prefix(15) + "…" : name)
    return """
      <text x="\(SVG.number(Self.left - 8))" y="\(SVG.number(Self.top + position + 5))" \
      text-anchor="end">\(text)</text>
      <text x="\(SVG.number(Self.left + position))" y="\(SVG.number(Self.top - 8))" \
      text-anchor="middle">\(side < 60 ? "" : text)</text>
      """
  }
}

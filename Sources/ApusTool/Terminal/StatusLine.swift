// Part of Apus, Apache-2.0. See LICENSE.

/// A line that says what a long job is doing, shown only if standard error is a terminal.
struct StatusLine {
  private let canvas: CanvasStorage?

  init() { canvas = Terminal.isWatched ? CanvasStorage() : nil }

  func show(_ text: String) { canvas?.draw(String(text.prefix(max(10, Terminal.width - 1)))) }

  func close() { canvas?.close() }
}

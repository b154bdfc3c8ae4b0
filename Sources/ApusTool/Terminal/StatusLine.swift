// Part of Apus, Apache-2.0. See LICENSE.

/// A line on standard error that says what a long job is doing; nothing if nobody watches.
struct StatusLine {
  private let canvas: CanvasStorage?

  init() { canvas = Terminal.isWatched ? CanvasStorage() : nil }

  func show(_ text: String) { canvas?.draw(String(text.prefix(max(10, Terminal.width - 1)))) }

  func close() { canvas?.close() }
}

// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel

/// A progress bar of a map on standard error, drawn only if that is a terminal.
enum ProgressBar {
  /// Runs `work`, drawing `progress` ten times a second.
  static func showing<Value>(
    _ progress: MapProgress, unit: String, _ work: () throws -> Value
  ) rethrows -> Value {
    guard Terminal.isWatched else { return try work() }
    let canvas = CanvasStorage()
    let drawing = Task.detached {
      while !Task.isCancelled {
        canvas.draw(line(progress.snapshot(), unit: unit, width: Terminal.width))
        try? await Task.sleep(for: .milliseconds(100), clock: .continuous)
      }
    }
    defer {
      drawing.cancel()
      canvas.close()
    }
    return try work()
  }

  /// Returns the bar at one moment, as wide as `width` allows.
  static func line(_ state: MapProgress.Snapshot, unit: String, width: Int) -> String {
    guard state.total > 0 else { return "" }
    let finished = state.done + state.failed
    var text = " \(finished)/\(state.total) \(unit)"
    text += ", \(Text.number(state.rate, digits: state.rate < 100 ? 1 : 0))/s"
    if let remaining = state.remaining { text += ", \(Text.time(remaining)) left" }
    if state.failed > 0 { text += ", \(state.failed) failed" }
    let room = max(10, min(40, width - 45))  // of fixed width, so that only its end moves
    let filled = Int((state.fraction * Double(room)).rounded(.down))
    let bar =
      String(repeating: "━", count: filled) + String(repeating: "─", count: room - filled)
    return String((bar + text).prefix(max(10, width - 1)))
  }
}

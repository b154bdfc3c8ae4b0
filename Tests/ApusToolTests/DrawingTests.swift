// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import Testing

@testable import ApusTool

@Suite struct DrawingTests {
  @Test func aBarShowsShareRateAndTimeLeft() {
    let state = MapProgress.Snapshot(done: 25, failed: 0, total: 100, elapsed: .seconds(5))
    let line = ProgressBar.line(state, unit: "slices", width: 80)
    #expect(line.contains("25/100 slices, 5.0/s, 15.0 s left"))
    let bars = line.filter { $0 == "━" }.count
    let room = line.filter { $0 == "━" || $0 == "─" }.count
    #expect(bars == room / 4)
  }

  @Test(arguments: [10, 20, 40, 80, 200]) func aBarFitsItsTerminal(width: Int) {
    let state = MapProgress.Snapshot(
      done: 123_456, failed: 3, total: 1_000_000, elapsed: .seconds(5000))
    #expect(ProgressBar.line(state, unit: "tasks", width: width).count < max(11, width))
  }

  @Test func timesReadAsPeopleSayThem() {
    #expect(Text.time(.milliseconds(420)) == "0.42 s")
    #expect(Text.time(.seconds(61.23)) == "61.2 s")
    #expect(Text.time(.seconds(200)) == "3 min 20 s")
    #expect(Text.time(.seconds(7500)) == "2 h 5 min")
    #expect(Text.grouped(-1_234_567) == "-1,234,567")
    #expect(Text.grouped(12) == "12")
  }

  @Test(arguments: [
    [0.0, 1.0], [-3e9, 7e9], [25, 346], [5, 5], [0, 0], [-1e-7, 1e-7], [], [-1.5e308, 1.5e308],
    [1e15, 1e15 + 0.125], [0, .leastNonzeroMagnitude], [1.7e18, 1.7e18 + 768], [1e200, 2e200],
    [7e-300, 1e-299],
    [-.greatestFiniteMagnitude, .greatestFiniteMagnitude], [1e308, 1e308],
    [.leastNonzeroMagnitude, .leastNonzeroMagnitude],
    // Of public reports on other plots: cs-studio 737, KLineChart 849, uPlot 827 and 1135, plotlib 42, ImPlot 709, scale 163.
    [-44.621551513671875, -44.62155151367187], [1e13, 1e13 + 8e-4], [1e14, 1e14],
    [2.70000006, 2.7000000600000004], [-0.8230515814500334, -0.8230515813631452],
    [1, 1.0000000000000002], [9.899999999999999, 9.9], [0.9999997615814209, 1.000000238418579],
    [.nan, .infinity], [-1e300, 1e-300], [1e-300 * 1e-10, 3e-300 * 1e-10],
  ])
  func axesHaveRoundTicksAroundTheirValues(values: [Double]) {
    let axis = Axis(covering: values)
    #expect(axis.lower < axis.upper && axis.step > 0)
    #expect(values.filter(\.isFinite).allSatisfy { axis.lower <= $0 && $0 <= axis.upper })
    #expect(values.filter(\.isFinite).allSatisfy { 0...1 ~= axis.share($0) })
    #expect(2...13 ~= axis.ticks.count)
    #expect(Set(axis.ticks.map(axis.label)).count == axis.ticks.count)
  }

  @Test func plotsEscapeNames() {
    let plot = ScatterPlot(
      title: "a<b & c", subtitle: "", xLabel: "x", yLabel: "y", points: [(1, 2), (3, 4)])
    #expect(plot.svg().contains("a&lt;b &amp; c"))
  }
}

// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom
import ArgumentParser
import Foundation

/// `apus random [draw]`: prints draws of one task's stream, or words of several interleaved.
struct RandomDrawCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "draw", abstract: "Print draws of any task's stream.",
    discussion: """
      What can be drawn, with arguments as in NumPy and a count after a colon (a number or \
      "endless"; default 10): \(Variate.usages).

      apus random --seed 42 --task 7 --draw normal:20
      apus random --generator pcg64 --task 3 --draw 'gamma(2,3):5' --format csv
      apus random --interleave 64 --draw words32:endless --format binary | dieharder -g 200 -d 15
      """)

  @OptionGroup var streams: StreamsOption
  @Option(help: "The task whose stream is drawn from; the first one with --interleave.")
  var task = 0
  @Option(
    help: ArgumentHelp("What to draw and how many.", valueName: "name(arguments):count"))
  var draw = "uniform:10"
  @Option(help: "text, csv or binary.")
  var format = DrawFormat.text
  @Option(help: "Take words from this many tasks in turn, one each; only for words and words32.")
  var interleave: Int?

  func validate() throws {
    let draw = try DrawOption(draw)
    let last = try streams.opened().lastTask
    let count = interleave ?? 1
    guard 1...65536 ~= count else {
      throw ValidationError("--interleave must be from 1 to 65536, not \(count).")
    }
    guard task >= 0, task <= last - (count - 1) else {
      throw ValidationError("--task must be from 0 to \(last - (count - 1)) here, not \(task).")
    }
    if interleave != nil && !["words", "words32"].contains(draw.variate.name) {
      throw ValidationError("--interleave needs words or words32, not \(draw.variate.name).")
    }
  }

  func run() throws {
    let open = try streams.opened()
    let draw = try DrawOption(draw)
    if let interleave {
      try interleaved(open, draw, count: interleave)
    } else {
      try single(open, draw)
    }
  }

  private func single(_ open: OpenStreams, _ draw: DrawOption) throws {
    if format == .binary, let bulk = BulkWords(draw.variate.name) {
      return try bulk.write([open.bits(task)], draw.count)
    }
    var rng = open.variates(task)
    var data = Data()
    var number = 0
    while draw.count == .endless || draw.count > number {
      let value = draw.variate.draw(&rng, draw.arguments)
      if number == 0 { data = format.header(columns: value.texts.count) }
      format.append(value, number: number, to: &data)
      number += 1
      if data.count > 1 << 16 {
        guard try Terminal.put(data) else { return }
        data.removeAll(keepingCapacity: true)
      }
    }
    _ = try Terminal.put(data)
  }

  private func interleaved(_ open: OpenStreams, _ draw: DrawOption, count: Int) throws {
    let generators = (task..<(task + count)).map { open.bits($0) }
    if format == .binary, let bulk = BulkWords(draw.variate.name) {
      return try bulk.write(generators, draw.count)
    }
    var sources = generators.map { $0 as any VariateGenerator }
    var data = format.header(columns: 1)
    var number = 0
    while draw.count == .endless || draw.count > number {
      let value = draw.variate.draw(&sources[number % count], [])
      format.append(value, number: number, to: &data)
      number += 1
      if data.count > 1 << 16 {
        guard try Terminal.put(data) else { return }
        data.removeAll(keepingCapacity: true)
      }
    }
    _ = try Terminal.put(data)
  }
}

extension DrawOption.Count {
  static func > (count: DrawOption.Count, number: Int) -> Bool {
    if case .times(let times) = count { times > number } else { true }
  }
}

// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import ApusRandom
import ArgumentParser
import Foundation

/// The file that holds which random words a run used.
enum RecordFile {
  static func read(_ path: String) throws -> StreamUses {
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw ToolError.input("Cannot read \(path): \(error.localizedDescription)")
    }
    do {
      let uses = try JSONDecoder().decode(StreamUses.self, from: data)
      guard uses.format == StreamUses.currentFormat else {
        throw ToolError.input(
          "\(path) has the format \(uses.format); this apus reads \(StreamUses.currentFormat).")
      }
      return uses
    } catch let error as DecodingError {
      throw ToolError.input("\(path) is not a record of streams: \(reason(error)).")
    }
  }

  private static func reason(_ error: DecodingError) -> String {
    func place(_ path: [any CodingKey]) -> String {
      path.map { $0.intValue.map { "\($0)" } ?? $0.stringValue }.joined(separator: ".")
    }
    switch error {
    case .keyNotFound(let key, let context):
      return "\(key.stringValue) is missing at \"\(place(context.codingPath))\""
    case .typeMismatch(_, let context), .valueNotFound(_, let context),
      .dataCorrupted(let context):
      return "\(context.debugDescription) at \"\(place(context.codingPath))\""
    @unknown default: return error.localizedDescription
    }
  }
}

/// The option `--record`, the same in all commands that map.
struct RecordOption: ParsableArguments {
  @Option(
    help: "Write which random words each task used to this JSON file: see apus random overlap.")
  var record: String?

  /// The record and where it goes, both checked before the work begins.
  func opened() throws -> (record: StreamRecord, file: OutputFile)? {
    try record.map { (StreamRecord(), try OutputFile($0)) }
  }

  static func write(_ opened: (record: StreamRecord, file: OutputFile)?) throws {
    guard let (record, file) = opened else { return }
    let data = try JSONEncoder().encode(record.uses)
    try file.write(String(decoding: data, as: UTF8.self))
  }
}

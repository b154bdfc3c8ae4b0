// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import ApusRandom
import ArgumentParser
import Foundation

/// The file that records which random words a run used.
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
          "\(path) has the format \(uses.format); apus reads \(StreamUses.currentFormat).")
      }
      return uses
    } catch let error as DecodingError {
      throw ToolError.input("\(path) is not a stream record: \(reason(error)).")
    }
  }

  private static func reason(_ error: DecodingError) -> String {
    func location(_ path: [any CodingKey]) -> String {
      path.map { $0.intValue.map { "\($0)" } ?? $0.stringValue }.joined(separator: ".")
    }
    switch error {
    case .keyNotFound(let key, let context):
      return "\(key.stringValue) is missing at \"\(location(context.codingPath))\""
    case .typeMismatch(_, let context), .valueNotFound(_, let context),
      .dataCorrupted(let context):
      return "\(context.debugDescription) at \"\(location(context.codingPath))\""
    @unknown default: return error.localizedDescription
    }
  }
}

/// The option `--record`, shared by all commands that run maps.
struct RecordOption: ParsableArguments {
  @Option(
    help: "Write which random words each task used to this JSON file: see apus random overlap.")
  var record: String?

  var isWanted: Bool { record != nil }

  /// Makes the record and checks that its file can be written, before the work begins.
  func opened() throws -> (record: StreamRecord, file: OutputFile)? {
    try record.map { (StreamRecord(), try OutputFile($0)) }
  }

  static func write(_ opened: (record: StreamRecord, file: OutputFile)?) throws {
    guard let (record, file) = opened else { return }
    let data = try JSONEncoder().encode(record.uses)
    try file.write(String(decoding: data, as: UTF8.self))
  }
}

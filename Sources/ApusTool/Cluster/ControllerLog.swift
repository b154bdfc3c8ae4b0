// Part of Apus, Apache-2.0. See LICENSE.
#if Cluster
  import ApusCluster
  import Foundation
  import Logging

  /// The log of a controller: to the standard error, or to a file of the profile.
  enum ControllerLog {
    static func make(
      _ settings: ControllerSettings, _ configuration: ControllerConfiguration
    ) throws -> Logger {
      var log: Logger
      if settings.logsToFile {
        let name = "ipcontroller-\(configuration.clusterID)-\(HostName.process).log"
        let path = configuration.logDirectory + "/" + name
        guard FileManager.default.createFile(atPath: path, contents: nil),
          let file = FileHandle(forWritingAtPath: path)
        else { throw ToolError.failure("cannot write the log \(path)") }
        log = Logger(label: "controller") { _ in LineLogHandler(file) }
      } else {
        log = Logger(label: "controller") { _ in LineLogHandler(.standardError) }
      }
      log.logLevel = level(settings.logLevel)
      return log
    }

    /// The level for a number of Python's logging.
    private static func level(_ number: Int) -> Logger.Level {
      switch number {
      case ...10: .debug
      case ...20: .info
      case ...30: .warning
      case ...40: .error
      default: .critical
      }
    }
  }

  /// Writes each entry as a line: time, level, text.
  struct LineLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info
    private let file: FileHandle

    init(_ file: FileHandle) { self.file = file }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      let time = Date().formatted(
        .iso8601.year().month().day().time(includingFractionalSeconds: true))
      let line = "\(time) \(event.level) \(event.message)\n"
      try? file.write(contentsOf: Data(line.utf8))
    }
  }
#endif

// Part of Apus, Apache-2.0. See LICENSE.
#if Cluster
  import ApusTransport
  import ApusArchive
  import ApusController
  import ApusProcess
  import ArgumentParser
  import Foundation
  import Logging

  /// The command `apus controller`, which takes the options of `ipcontroller`.
  struct ControllerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "controller",
      abstract: "Route work between clients and engines of IPython Parallel.",
      discussion: """
        Takes the options, environment variables and configuration files of ipcontroller and \
        writes the same connection files, so that ipcluster, ipengine and ipyparallel.Client work \
        with it unchanged.
        """)

    @Argument(parsing: .captureForPassthrough, help: "The options of ipcontroller.")
    var words: [String] = []

    func run() throws {
      let arguments: ControllerArguments
      let reader: ControllerSettingsReader
      do {
        arguments = try ControllerArguments(words)
        if arguments.wantsHelp {
          print(ControllerHelp.text)
          return
        }
        if arguments.wantsVersion {
          print(ToolVersion.current)
          return
        }
        let profile = ControllerProfile(
          arguments, environment: ProcessInfo.processInfo.environment)
        reader = try ControllerSettingsReader(
          profile.settings, profileDirectory: profile.directory)
      } catch {
        throw ToolError.input(error.description)
      }
      try Self.serve(reader)
    }

    private static func archive(
      _ settings: ControllerSettings
    ) throws -> (any RecordArchive)? {
      guard settings.store == .sqlite else { return nil }
      let file = settings.databaseFile
      return try SQLiteArchive(
        path: file.hasPrefix("/") ? file : settings.profile.directory + "/" + file,
        byteLimit: settings.byteLimit)
    }

    private static func serve(_ reader: ControllerSettingsReader) throws {
      var settings = reader.settings
      if let folder = reader.workDirectory,
        !FileManager.default.changeCurrentDirectoryPath(folder)
      {
        throw ToolError.input("cannot change to the folder \(folder)")
      }
      if let path = reader.keyFile {
        guard let key = try? String(contentsOfFile: path, encoding: .utf8) else {
          throw ToolError.input("cannot read the key file \(path)")
        }
        settings.key = key.trimmingCharacters(in: .whitespacesAndNewlines)
      }
      StopSignals.block()
      do {
        try ProcessLimits.check(engines: 0)
        try settings.profile.makeFolders()
        let log = try ControllerLog.make(reader, settings)
        for warning in reader.warnings { log.warning("\(warning)") }
        let controller = try SocketController(
          settings, log: log, archive: try archive(settings))
        let stop = controller.stopper
        if ProcessInfo.processInfo.environment[ReportPipe.variable] != nil {
          ReportPipe.write("ready\n", isLast: true)
        }
        try StopSignals.listen { signal in
          if StopSignals.isChildExit(signal) { return }
          log.critical("received signal \(signal), stopping")
          stop()
        }
        controller.run()
      } catch {
        throw ToolError.failure("\(error)")
      }
    }
  }
#endif

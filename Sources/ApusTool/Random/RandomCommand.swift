// Part of Apus, Apache-2.0. See LICENSE.
import ArgumentParser

/// `apus random`: prints the random numbers of any task, explains streams, and checks runs for overlaps.
struct RandomCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "random",
    abstract: "Print random numbers of any stream, and explain and check streams.",
    subcommands: [
      RandomDrawCommand.self, RandomExplainCommand.self, RandomOverlapCommand.self,
      RandomBatteryCommand.self,
    ],
    defaultSubcommand: RandomDrawCommand.self)
}

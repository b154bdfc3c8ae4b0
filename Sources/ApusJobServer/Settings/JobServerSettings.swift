// Part of Apus, Apache-2.0. See LICENSE.

/// Where a job server listens, for whom, and what it runs.
package struct JobServerSettings: Sendable {
  /// The secret that both packages come with, and that everybody knows.
  package static let publicSecret = Array("epo20pdosl;dksldkmm".utf8)
  package static let usualPort = 60_000

  package var terms: Session.Terms
  package var command: WorkerCommand
  package var workers = 1
  package var address = "0.0.0.0"
  package var port = usualPort
  /// Where announcements go; nil for none.
  package var broadcast: String?
  /// How long it goes on without a client that knows the secret; nil for as long as it takes.
  package var idleLimit: Duration?
  package var mostConnections = 4096
  /// The most connections that have not shown the secret.
  package var mostStrangers = 1024
  /// The most bytes of all connections together: of frames, of functions, and of jobs that were not answered.
  package var mostBytes = 8 << 30

  package init(_ terms: Session.Terms, _ command: WorkerCommand) {
    (self.terms, self.command) = (terms, command)
  }
}

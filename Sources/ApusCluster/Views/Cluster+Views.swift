// Part of Apus, Apache-2.0. See LICENSE.

extension Cluster {
  /// A view of some engines, or of all that have joined now.
  ///
  /// - Parameters:
  ///   - ids: their numbers; nil for all.
  ///   - timeout: how long to wait for a reply; nil, the default, for as long as it takes.
  /// - Throws: ``ClusterError`` `.missingEngines` if one of them has not joined.
  public func directView(
    _ ids: [Int]? = nil, timeout: Duration? = nil
  ) async throws -> DirectView {
    let all = try await engines()
    guard let ids else { return DirectView(all, self, try requestLoop(), timeout: timeout) }
    for id in ids where all[id] == nil {
      throw ClusterError(
        .missingEngines,
        "There is no engine \(id); the engines are \(all.keys.sorted().map(String.init).joined(separator: ", "))."
      )
    }
    return DirectView(
      all.filter { ids.contains($0.key) }, self, try requestLoop(), timeout: timeout)
  }

  /// A view of all engines, of which the controller chooses one for each task.
  ///
  /// - Throws: ``ClusterError`` if the controller does not answer.
  public func loadBalancedView() async throws -> LoadBalancedView {
    LoadBalancedView(try await engines(), self, try requestLoop())
  }

  private func requestLoop() throws -> RequestLoop { try requests.loop(settings) }
}

// Part of Apus, Apache-2.0. See LICENSE.

/// Deaths of workers that have not begun a task, after some of which a pool gives up; a value without side effects.
struct FruitlessDeaths: Sendable {
  /// So many in a row end the map, or in one place leave it empty.
  private static let most = 3

  private(set) var inARow = 0
  private var ofPlaces: [Int]

  init(places: Int) { ofPlaces = Array(repeating: 0, count: places) }

  /// Whether a worker may be started in a place.
  func allowStart(in place: Int) -> Bool { ofPlaces[place] < Self.most }

  /// Whether there were so many that the map is hopeless.
  var areHopeless: Bool { inARow >= Self.most || ofPlaces.allSatisfy { $0 >= Self.most } }

  mutating func add(in place: Int) {
    inARow += 1
    ofPlaces[place] += 1
  }

  /// Notes that a worker has ended a task.
  mutating func forget(in place: Int) {
    inARow = 0
    ofPlaces[place] = 0
  }
}

// Part of Apus, Apache-2.0. See LICENSE.

/// Which job runs where: the oldest that can run goes to the place that is least busy, and one whose place is lost goes to another.
///
/// A pure value. Jobs and functions are numbers.
struct JobSchedule: Sendable {
  /// Somewhere jobs run: the workers of this machine, or those of a node.
  struct Place: Sendable {
    let name: String
    /// How many jobs may run there at a time; 0 while the node cannot be reached.
    fileprivate(set) var capacity: Int
    /// Whether it is an engine, which runs the jobs of one function at a time.
    let isNode: Bool
    fileprivate(set) var busy = 0
    fileprivate(set) var finished = 0
    /// The time of its jobs.
    fileprivate(set) var time = Duration.zero
    /// The function of the jobs that run.
    fileprivate var function: Int?
    /// The functions that it does not have.
    fileprivate var refused: Set<Int> = []

    init(name: String, capacity: Int, isNode: Bool) {
      (self.name, self.capacity, self.isNode) = (name, capacity, isNode)
    }

    fileprivate var hasRoom: Bool { busy < capacity }
    fileprivate var load: Double { Double(busy) / Double(capacity) }

    fileprivate func takes(_ function: Int) -> Bool {
      hasRoom && !refused.contains(function)
        && (!isNode || busy == 0 || self.function == function)
    }

    /// Whether it may run jobs of a function, now or when it is back.
    fileprivate func mayRun(_ function: Int) -> Bool {
      (capacity > 0 || isNode) && !refused.contains(function)
    }
  }

  private struct Running {
    let place: Int
    let function: Int
  }

  /// How many functions are looked at for a job that can run.
  private static let mostLooks = 64

  private(set) var places: [Place]
  private var running: [Int: Running] = [:]
  private var waiting: [Int: JobLine] = [:]
  /// The functions of jobs that wait.
  private var functions: [Int] = []

  init(places: [Place]) { self.places = places }

  /// Jobs that have not ended.
  var count: Int { waiting.values.reduce(running.count) { $0 + $1.count } }

  /// Whether no place can run anything.
  var isStranded: Bool { places.allSatisfy { $0.capacity == 0 } }

  mutating func submit(_ job: Int, of function: Int) { change(function) { $0.append(job) } }

  private mutating func change(_ function: Int, _ body: (inout JobLine) -> Void) {
    if waiting[function] == nil { functions.append(function) }
    body(&waiting[function, default: JobLine()])
  }

  /// A node that is back may be another program.
  mutating func setCapacity(of place: Int, _ capacity: Int) {
    if places[place].capacity == 0 { places[place].refused = [] }
    places[place].capacity = capacity
  }

  /// The next job and its place, which has it from now on; nil if none waits that a place could take.
  mutating func next() -> (job: Int, place: Int)? {
    guard places.contains(where: \.hasRoom) else { return nil }
    var best: (index: Int, first: Int)?
    for (index, function) in functions.prefix(Self.mostLooks).enumerated() {
      guard let first = waiting[function]?.first, first < best?.first ?? .max,
        leastBusy(for: function) != nil
      else { continue }
      best = (index, first)
    }
    guard let best else { return nil }
    let function = functions[best.index]
    guard let place = leastBusy(for: function), let job = waiting[function]?.popFirst() else {
      return nil
    }
    if waiting[function]?.count == 0 {
      waiting[function] = nil
      functions.remove(at: best.index)
    }
    places[place].busy += 1
    places[place].function = function
    running[job] = Running(place: place, function: function)
    return (job, place)
  }

  /// The first of the places for a function whose part in work is smallest.
  private func leastBusy(for function: Int) -> Int? {
    var best: Int?
    for (number, place) in places.enumerated() where place.takes(function) {
      if best.map({ place.load < places[$0].load }) ?? true { best = number }
    }
    return best
  }

  /// A job has ended.
  mutating func finished(_ job: Int, after time: Duration) {
    guard let place = leave(job)?.place else { return }
    places[place].finished += 1
    places[place].time += time
  }

  /// A place has lost a job, which waits again, before those of its function that were submitted later.
  mutating func lost(_ job: Int) {
    guard let function = leave(job)?.function else { return }
    change(function) { $0.giveBack(job) }
  }

  private mutating func leave(_ job: Int) -> Running? {
    guard let left = running.removeValue(forKey: job) else { return nil }
    places[left.place].busy -= 1
    return left
  }

  /// A place does not have a function.
  ///
  /// - Returns: whether another place may run it.
  mutating func refuse(_ function: Int, at place: Int) -> Bool {
    places[place].refused.insert(function)
    return places.contains { $0.mayRun(function) }
  }

  /// All jobs that wait, which wait no more.
  mutating func takeWaiting() -> [Int] { functions.flatMap { takeWaiting(of: $0) }.sorted() }

  /// The same, of one function.
  mutating func takeWaiting(of function: Int) -> [Int] {
    functions.removeAll { $0 == function }
    var line = waiting.removeValue(forKey: function) ?? JobLine()
    var jobs: [Int] = []
    while let job = line.popFirst() { jobs.append(job) }
    return jobs
  }
}

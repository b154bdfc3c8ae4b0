// Part of Apus, Apache-2.0. See LICENSE.
import ApusController

/// Which job runs where: each goes to the place that is least busy, and one whose place is lost goes to another.
///
/// A pure value.
struct JobSchedule: Sendable {
  /// Somewhere jobs run: the workers of this machine, or those of a node.
  struct Place: Sendable {
    let name: String
    /// How many jobs may run there at a time; 0 while the node cannot be reached.
    var capacity: Int
    var busy = 0
    var finished = 0
    /// The time of its jobs.
    var time = Duration.zero
  }

  private(set) var places: [Place]
  /// Where jobs run.
  private var running: [Int: Int] = [:]
  private var waiting = Queue<Int>()
  /// Jobs of lost places, the first one last.
  private var returned: [Int] = []

  init(places: [Place]) { self.places = places }

  /// Jobs that have not ended.
  var count: Int { waiting.count + returned.count + running.count }

  /// Whether no place can run anything.
  var isStranded: Bool { places.allSatisfy { $0.capacity == 0 } }

  mutating func submit(_ job: Int) { waiting.append(job) }

  mutating func setCapacity(of place: Int, _ capacity: Int) { places[place].capacity = capacity }

  /// The next job and its place, which has it from now on; nil if none waits or no place has room.
  mutating func next() -> (job: Int, place: Int)? {
    guard let place = leastBusy, let job = returned.popLast() ?? waiting.popFirst() else {
      return nil
    }
    places[place].busy += 1
    running[job] = place
    return (job, place)
  }

  /// The first of the places with room whose part in work is smallest.
  private var leastBusy: Int? {
    var best: (place: Int, load: Double)?
    for (number, place) in places.enumerated() where place.busy < place.capacity {
      let load = Double(place.busy) / Double(place.capacity)
      if load < best?.load ?? .infinity { best = (number, load) }
    }
    return best?.place
  }

  /// A job has ended.
  mutating func finished(_ job: Int, after time: Duration) {
    guard let place = running.removeValue(forKey: job) else { return }
    places[place].busy -= 1
    places[place].finished += 1
    places[place].time += time
  }

  /// A place has lost a job, which waits again, before those that were submitted later.
  mutating func lost(_ job: Int) {
    guard let place = running.removeValue(forKey: job) else { return }
    places[place].busy -= 1
    let index = returned.firstIndex { $0 < job } ?? returned.endIndex
    returned.insert(job, at: index)
  }

  /// The jobs that wait, which wait no more.
  mutating func takeWaiting() -> [Int] {
    var jobs = Array(returned.reversed())
    returned = []
    while let job = waiting.popFirst() { jobs.append(job) }
    return jobs
  }
}

// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom
import Testing

@testable import ApusTransport

@Suite struct SocketWatchTests {
  /// A watched router, and an unwatched dealer that is connected to it.
  private struct Pair {
    let context: TransportContext
    let router, dealer: Socket
    let watch: SocketWatch
    let place: Int

    init() throws {
      context = try TransportContext()
      router = try Socket(.router, name: "router", in: context)
      dealer = try Socket(.dealer, name: "dealer", in: context)
      try dealer.set(identity: "dealer")
      try router.bind("inproc://watched")
      try dealer.connect("inproc://watched")
      watch = try SocketWatch()
      place = try watch.add(router)
    }

    func send() { #expect(dealer.send([[1]]) == .sent) }
    func answer() { #expect(router.send([Array("dealer".utf8), [2]]) == .sent) }
    func receive() -> Bool { router.receive(into: Parcel()) }
  }

  @Test func nothingIsReadyUntilSomethingComes() throws {
    let pair = try Pair()
    #expect(!pair.watch.wait(milliseconds: 0))
    pair.send()
    #expect(pair.watch.wait(milliseconds: 5000) && pair.watch.isReady(pair.place))
    #expect(pair.receive() && !pair.receive())
    #expect(!pair.watch.wait(milliseconds: 0) && !pair.watch.isReady(pair.place))
  }

  @Test func whatIsLeftUnreadStaysReady() throws {
    let pair = try Pair()
    for _ in 0..<3 { pair.send() }
    for _ in 0..<3 {
      #expect(pair.watch.wait(milliseconds: 5000))
      #expect(pair.watch.wait(milliseconds: 5000))
      #expect(pair.receive())
    }
    #expect(!pair.watch.wait(milliseconds: 0))
  }

  @Test func aMessageOfWhichASendTookSilentNoteIsReady() throws {
    let pair = try Pair()
    pair.send()
    #expect(pair.watch.wait(milliseconds: 5000) && pair.receive() && !pair.receive())
    // Each of these sends may consume the descriptor's signal of the message before it.
    for _ in 0..<200 {
      pair.send()
      for _ in 0..<200 { pair.answer() }
      #expect(pair.watch.wait(milliseconds: 5000) && pair.receive() && !pair.receive())
    }
  }

  @Test func noMessageIsMissedInAnyOrderOfEvents() throws {
    let pair = try Pair()
    var random = PCG64(SeedSequence(20_261_127))
    var waiting = 0
    for _ in 0..<20_000 {
      switch Int.random(in: 0..<4, using: &random) {
      case 0:
        pair.send()
        waiting += 1
      case 1 where waiting > 0: pair.answer()
      case 2:
        let hasMessage = pair.receive()
        #expect(hasMessage == (waiting > 0))
        waiting -= hasMessage ? 1 : 0
      default:
        let isReady = pair.watch.wait(milliseconds: 0)
        if waiting > 0 { #expect(isReady) }
      }
    }
  }

  @Test func aDescriptorIsReadyUntilItIsRead() throws {
    let pair = try Pair()
    let wake = try WakePipe()
    let place = try pair.watch.add(descriptor: wake.reader)
    #expect(!pair.watch.wait(milliseconds: 0))
    wake.wake()
    for _ in 0..<2 {
      #expect(pair.watch.wait(milliseconds: 5000) && pair.watch.isReady(place))
      #expect(!pair.watch.isReady(pair.place))
    }
    wake.clear()
    #expect(!pair.watch.wait(milliseconds: 0))
  }
}

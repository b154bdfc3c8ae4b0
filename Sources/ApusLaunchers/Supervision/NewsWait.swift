// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport

/// Waits until the controller has news or this process has had a signal; there may be no controller at the moment.
struct NewsWait {
  let wake: WakePipe

  func run(_ link: (any ControllerLink)?, within timeout: Duration) {
    if let link {
      link.wait(descriptor: wake.reader, timeout: timeout)
    } else {
      let poller = Poller()
      _ = poller.add(descriptor: wake.reader)
      _ = poller.wait(milliseconds: timeout.milliseconds)
    }
    wake.clear()
  }
}

/** What the listening side of the scenarios offers; see `serveScenarios()`. */
export const scenarioProtocols = {
  /** Sends back what comes, and ends when the other side does. */
  echo: '/scenario/echo/1',
  /** Counts until the other side ends its half, then answers with the count in 4 bytes. */
  count: '/scenario/count/1',
  /** As `count`, but stops reading after the first bytes until `go`. */
  slowCount: '/scenario/slow-count/1',
  go: '/scenario/go/1',
  /** Takes a number in 4 bytes and sends as many bytes. */
  source: '/scenario/source/1',
  /** Answers with how many bytes `source` has handed to its stream, in 4 bytes. */
  sent: '/scenario/sent/1',
  /** Aborts the connection. */
  cut: '/scenario/cut/1',
} as const

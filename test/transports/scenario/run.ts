import { assert, connectionsOf, type Scenario, type ScenarioContext } from './steps.ts'

const LET_GO_MS = 5_000

/**
 * Runs a scenario, and sees that it leaves no connection to the listening side. A relayed one, over which two peers agreed on
 * their own, is closed here: otherwise a network does that. What a failed one left is cut off.
 */
export async function runScenario({ run }: Scenario, context: ScenarioContext): Promise<void> {
  const left = () => connectionsOf(context)
  try {
    await run(context)
    for (const sinceMs = Date.now(); left().length > 0 && Date.now() - sinceMs < LET_GO_MS; ) {
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    assert(left().length === 0, 'no connection to be left')
  } finally {
    const relayed = context.libp2p.getConnections().filter(({ limits }) => limits !== undefined)
    for (const connection of [...left(), ...relayed]) connection.abort(new Error('the scenario is over'))
  }
}

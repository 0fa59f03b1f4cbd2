// A process that attacks a node with one of `attacks` until it is ended: `attacker-process.ts ADDRESS TOPIC ATTACK`.
// Whenever its connection ends it comes back as somebody else. Each ending is one line of JSON on standard output.
import { type Attacker, attack } from '../attacker.ts'
import { connectionAttacks } from '../connection-attacks.ts'
import { serviceAttacks } from '../service-attacks.ts'
import { attackBySockets, socketAttacks } from '../socket-attacks.ts'

/** A connection that nobody ended by then is given up, and another is made. */
const PATIENCE_MS = 2_000
/** Nothing listens, or nobody is let in: not so often that this process is what is measured. */
const RETRY_MS = 100

const [address = '', topic = '', name = ''] = process.argv.slice(2)
const bySockets = socketAttacks[name]
const chosen = connectionAttacks[name] ?? serviceAttacks[name]
if (chosen === undefined && bySockets === undefined) throw new Error(`There is no attack ${name}`)

const wait = (ms: number): Promise<'open'> => new Promise((resolve) => setTimeout(resolve, ms, 'open'))
const say = (ending: string): void => console.log(JSON.stringify({ ending }))

async function once(): Promise<void> {
  let attacker: Attacker
  try {
    attacker = await attack(address)
  } catch {
    say('refused')
    await wait(RETRY_MS)
    return
  }
  await Promise.resolve(chosen!.run(attacker, topic)).catch(() => {})
  say(await Promise.race([attacker.ended.then(() => 'disconnected'), wait(PATIENCE_MS)]))
  // Whoever does not read does not see the end: let it go, or thousands stay open here.
  await attacker.stop()
}

if (bySockets !== undefined) await attackBySockets(bySockets, address, say)
for (;;) await once()

import type { CliIo } from './io.ts'

/** A command's own module. */
export interface CommandModule {
  /**
   * @param argv - what follows the command's name
   * @returns the exit status
   */
  run(argv: string[], io: CliIo): Promise<number>
}

/** A command of the program, imported only when it is called. */
export interface Command {
  /** Completes "lampara NAME: …" in the list of commands. */
  readonly summary: string
  load(): Promise<CommandModule>
}

/** Every command, in the order in which the help lists them. */
export const commands: Readonly<Record<string, Command>> = {
  verify: {
    summary: 'check light-client files offline and print the heads that they prove',
    load: () => import('./verify.ts'),
  },
  follow: {
    summary: 'follow the chain and print each verified head',
    load: () => import('./follow.ts'),
  },
  bootnode: {
    summary: 'relay the chain to browsers',
    load: () => import('./bootnode.ts'),
  },
  peers: {
    summary: 'meet peers of the network and list them as they come and go',
    load: () => import('./peers.ts'),
  },
  enr: {
    summary: 'make, read and check signed node records',
    load: () => import('./enr.ts'),
  },
  devnet: {
    summary: 'run a signed beacon chain on this machine, or replay a recorded one',
    load: () => import('./devnet.ts'),
  },
}

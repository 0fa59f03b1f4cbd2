/** Exit statuses that every command shares; `failure` is what the command says it is. */
export const exitStatus = { ok: 0, failure: 1, usage: 2, aborted: 130 } as const

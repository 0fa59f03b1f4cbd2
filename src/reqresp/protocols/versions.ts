import type { Protocol } from '../types.ts'

/** One version of a method on the wire, seen through the newest version's types. */
export interface Version<Request, Response> {
  readonly protocol: Protocol<unknown, unknown>
  readonly requestTo: (request: Request) => unknown
  readonly responseFrom: (response: unknown) => Response
  readonly requestFrom: (request: unknown) => Request
  readonly responseTo: (response: Response) => unknown
}

/** A version as it is needed to ask. */
export type AskedVersion<Request, Response> = Pick<
  Version<Request, Response>,
  'protocol' | 'requestTo' | 'responseFrom'
>

/** The versions to offer when asking, by protocol id, the newest first. */
export function askedVersions<Request, Response>(
  protocol: Protocol<Request, Response>,
): Map<string, AskedVersion<Request, Response>> {
  const all = [newest(protocol), ...(protocol.fallbacks ?? [])]
  return new Map(all.map((version) => [version.protocol.id, version]))
}

/** The versions to answer: the newest, and the older ones that translate both ways. */
export function servedVersions<Request, Response>(
  protocol: Protocol<Request, Response>,
): Pick<Version<Request, Response>, 'protocol' | 'requestFrom' | 'responseTo'>[] {
  const served: Pick<Version<Request, Response>, 'protocol' | 'requestFrom' | 'responseTo'>[] = [newest(protocol)]
  for (const { protocol: older, requestFrom, responseTo } of protocol.fallbacks ?? []) {
    if (requestFrom && responseTo) served.push({ protocol: older, requestFrom, responseTo })
  }
  return served
}

/** The most chunks of an answer to a request. */
export function maxChunksOf<Request, Response>(protocol: Protocol<Request, Response>, request: Request): number {
  return typeof protocol.maxChunks === 'number' ? protocol.maxChunks : protocol.maxChunks(request)
}

function newest<Request, Response>(protocol: Protocol<Request, Response>): Version<Request, Response> {
  return {
    // Hidden like an older version's types: from here on only the translators know them.
    protocol: protocol as unknown as Protocol<unknown, unknown>,
    requestTo: (request) => request,
    responseFrom: (response) => response as Response,
    requestFrom: (request) => request as Request,
    responseTo: (response) => response,
  }
}

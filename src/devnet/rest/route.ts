import { failure, failureOf, type RestResponse, type RestStream } from './response.ts'

/** What a route's handler is given. */
export interface RouteRequest {
  /** What stood in the places of the path's `:names`. */
  readonly parameters: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** The Accept header. */
  readonly accept: string | undefined
}

/** An endpoint: `:name` in its path stands for one segment. */
export interface Route {
  readonly path: string
  /** @throws LamparaError `request_invalid` for an answer of 400, `resource_unavailable` for 404 */
  handle(request: RouteRequest): RestResponse | RestStream
}

/** A request as it came. */
export interface RestRequest {
  readonly method: string
  /** Path and query. */
  readonly target: string
  readonly accept?: string | undefined
}

/** Answers requests by a table of routes; whatever comes, with an answer. */
export function createRouter(routes: readonly Route[]): (request: RestRequest) => RestResponse | RestStream {
  const table = routes.map((route) => ({ ...route, segments: route.path.split('/') }))
  return ({ method, target, accept }) => {
    const [path = '', search = ''] = target.split(/\?(.*)/s, 2)
    const segments = path.split('/')
    for (const route of table) {
      const parameters = match(route.segments, segments)
      if (parameters === undefined) continue
      if (method !== 'GET' && method !== 'HEAD') return failure(405, `Method ${method} is not allowed`)
      try {
        return route.handle({ parameters, query: new URLSearchParams(search), accept })
      } catch (error) {
        return failureOf(error)
      }
    }
    return failure(404, 'No such endpoint')
  }
}

function match(pattern: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== segments.length) return undefined
  const parameters: Record<string, string> = {}
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index]!
    if (part.startsWith(':')) parameters[part.slice(1)] = segment
    else if (part !== segment) return undefined
  }
  return parameters
}

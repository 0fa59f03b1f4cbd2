/** What tells its listeners of events, as libp2p's nodes and streams do. */
interface EventSource<Events> {
  addEventListener<Type extends keyof Events>(type: Type, listener: (event: Events[Type]) => void): void
  removeEventListener<Type extends keyof Events>(type: Type, listener?: (event: Events[Type]) => void): void
}

/**
 * Listens to several events at once.
 *
 * @returns stops listening; idempotent
 */
export function listen<Events>(
  source: EventSource<Events>,
  listeners: { readonly [Type in keyof Events]?: (event: Events[Type]) => void },
): () => void {
  const types = Object.keys(listeners) as (keyof Events)[]
  for (const type of types) source.addEventListener(type, listeners[type]!)
  return () => {
    for (const type of types) source.removeEventListener(type, listeners[type])
  }
}

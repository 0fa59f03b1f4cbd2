import type { Socket } from 'node:net'
import type { Stream } from '@libp2p/interface'
import { LamparaError } from '../../errors/index.ts'
import { onAbort } from '../../streams/abort.ts'
import type { CancelTimer, Clock } from '../../streams/clock.ts'
import type { StreamTap, StreamTapEvents } from '../../tunnel/stream-tap.ts'
import type { Lease } from './admission.ts'
import { resetSocket } from './connect.ts'
import { createDownlink } from './downlink.ts'
import type { GatewayLimits } from './limits.ts'
import type { TunnelEnd } from './metrics.ts'
import { type AcquireBandwidth, createUplink } from './uplink.ts'

/** What an open tunnel is made of. */
export interface TunnelParts {
  readonly stream: Stream
  readonly tap: StreamTap
  readonly socket: Socket
  readonly lease: Pick<Lease, 'bandwidthLimiter' | 'spend'>
  readonly limits: Pick<GatewayLimits, 'firstByteMs' | 'idleMs' | 'lifetimeMs'>
  readonly clock: Clock
  /** Bytes for the target that came with the request. */
  readonly early: Uint8Array
  /** Ends the tunnel from outside. */
  readonly signal: AbortSignal
  onMoved(bytes: number, to: 'target' | 'client'): void
}

/** An open tunnel. */
export interface OpenTunnel {
  /** What the tap must tell from now on. */
  readonly events: StreamTapEvents
  /** Begins. */
  start(): void
  /** Resolves with why it ended. Nothing of it is left then but what is on its way out. */
  readonly over: Promise<TunnelEnd>
}

/** Moves bytes both ways until both sides have closed, one is lost, or a limit is reached. The tap must be paused. */
export function moveBytes(parts: TunnelParts): OpenTunnel {
  const { stream, tap, socket, lease, limits, clock, signal } = parts
  const over = Promise.withResolvers<TunnelEnd>()
  const stopping = new AbortController()
  const timers: CancelTimer[] = []
  let open = true
  let upClosed = false
  let downClosed = false
  let movedAtMs = clock.now()
  let answered = false

  function end(how: TunnelEnd): void {
    if (!open) return
    open = false
    for (const cancel of timers) cancel()
    forget()
    stopping.abort()
    tap.detach()
    down.stop()
    if (how !== 'closed') {
      stream.abort(new LamparaError('peer_disconnected', `The tunnel ended: ${how}`))
      resetSocket(socket)
    }
    over.resolve(how)
  }

  function endWhenClosed(): void {
    if (upClosed && downClosed) end('closed')
  }

  function asking(to: 'target' | 'client'): AcquireBandwidth {
    return (bytes) => {
      movedAtMs = clock.now()
      if (to === 'client') answered = true
      parts.onMoved(bytes, to)
      const mayGoOn = lease.spend(bytes)
      if (!mayGoOn) queueMicrotask(() => end('bytes_spent'))
      return lease.bandwidthLimiter.tryTake(bytes) ? true : lease.bandwidthLimiter.take(bytes, stopping.signal)
    }
  }

  function watchIdle(): void {
    const idleMs = clock.now() - movedAtMs
    if (idleMs >= limits.idleMs) end('idle')
    // A clock set back would let it idle for longer.
    else timers[0] = clock.setTimer(watchIdle, limits.idleMs - Math.max(0, idleMs))
  }

  const up = createUplink(socket, tap, asking('target'))
  const down = createDownlink(
    socket,
    stream,
    asking('client'),
    () => {
      downClosed = true
      endWhenClosed()
    },
    () => end('client_lost'),
  )
  socket.once('finish', () => {
    upClosed = true
    endWhenClosed()
  })
  socket.once('close', () => {
    // Its end may still be on its way to the client.
    if (socket.errored !== null || !upClosed || !socket.readableEnded) end('target_lost')
  })
  const forget = onAbort(signal, () => queueMicrotask(() => end('stopped')))
  timers.push(
    clock.setTimer(watchIdle, limits.idleMs),
    clock.setTimer(() => end('lifetime'), limits.lifetimeMs),
    clock.setTimer(() => answered || end('silent'), limits.firstByteMs),
  )

  return {
    start() {
      if (socket.destroyed) return end('target_lost')
      up.start(parts.early)
      down.start()
    },
    over: over.promise,
    events: {
      onBytes: up.onBytes,
      onEnd: up.onEnd,
      onClose(error) {
        if (error !== undefined) end('client_lost')
      },
    },
  }
}

import { monitorEventLoopDelay } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import { counter, type Family, gauge } from './family.ts'

const RESOLUTION_MS = 20

/** Memory, time and event loop of the process. */
export interface ProcessMonitor {
  /** The event-loop delay is that since the last call. */
  families(): Family[]
  stop(): void
}

/** Once: worked out again it would change a little each time, and look like restarts. */
const startedAtS = Math.round(Date.now() / 1000 - process.uptime())

/** Begins to measure the event loop. */
export function monitorProcess(): ProcessMonitor {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delay.enable()
  // Measured from tick to tick: a loop that is never late shows the resolution.
  const seconds = (ns: number): number => Math.max(0, (Number.isFinite(ns) ? ns : 0) / 1e6 - RESOLUTION_MS) / 1000
  return {
    families() {
      const { rss, heapUsed, heapTotal, external, arrayBuffers } = process.memoryUsage()
      const { user, system } = process.cpuUsage()
      const late = [
        [{ statistic: 'median' }, seconds(delay.percentile(50))],
        [{ statistic: 'p99' }, seconds(delay.percentile(99))],
        [{ statistic: 'max' }, seconds(delay.max)],
      ] as const
      delay.reset()
      return [
        gauge('process_resident_memory_bytes', 'Resident memory (RSS)', rss),
        counter('process_cpu_seconds_total', 'Processor time', (user + system) / 1e6),
        gauge('process_start_time_seconds', 'When the process began', startedAtS),
        gauge('nodejs_heap_size_used_bytes', 'Heap in use', heapUsed),
        gauge('nodejs_heap_size_total_bytes', 'Heap in all', heapTotal),
        gauge('nodejs_heap_size_limit_bytes', 'Heap that the process may use', getHeapStatistics().heap_size_limit),
        gauge('nodejs_external_memory_bytes', 'Memory outside of the heap', external),
        gauge('nodejs_array_buffers_bytes', 'Of it, buffers', arrayBuffers),
        gauge('lampara_event_loop_delay_seconds', 'How late the event loop was since the last scrape', late),
      ]
    },
    stop: () => delay.disable(),
  }
}

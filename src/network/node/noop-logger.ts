import type { ComponentLogger, Logger } from '@libp2p/interface'

function quiet(): Logger {
  const logger: Logger = Object.assign(() => {}, {
    enabled: false,
    error: () => {},
    trace: () => {},
    newScope: () => logger,
  })
  return logger
}

const logger = quiet()

/** Disabled: per-connection loggers cost memory; events and status report what matters. */
export const noopLogger: ComponentLogger = { forComponent: () => logger }

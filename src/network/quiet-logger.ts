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

/** Says nothing: what a user must know, events and status tell; ten loggers a connection cost memory. */
export const quietLogger: ComponentLogger = { forComponent: () => logger }
